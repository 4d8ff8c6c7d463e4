//! What the engine's answers mean: told apart by the kind of the error and its status, and only then by its words.

use std::error::Error as StdError;
use std::io::ErrorKind;

use testcontainers::TestcontainersError;
use testcontainers::bollard::errors::Error;
use testcontainers::core::client::ClientError;
use testcontainers::core::error::WaitContainerError;

use super::refusal::Refusal;
use crate::error::{SetupError, chain};

/// Why the engine at this address does not serve us.
pub(super) fn refused(address: &str, error: &Error) -> SetupError {
    match io_kind(error) {
        Some(ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset) => {
            Refusal::Down { address }.into()
        }
        Some(ErrorKind::PermissionDenied) => Refusal::Forbidden { address }.into(),
        Some(ErrorKind::NotFound) => no_engine(address),
        _ if matches!(error, Error::SocketNotFoundError(_)) => no_engine(address),
        _ => {
            let said = &said(error);
            Refusal::Refused { address, said }.into()
        }
    }
}

/// The same for an error of the library above the client.
pub(super) fn refused_client(address: &str, error: &ClientError) -> SetupError {
    if let Some(error) = of_the_engine(error) {
        return refused(address, error);
    }
    let said = &chain(error);
    Refusal::Refused { address, said }.into()
}

fn no_engine(address: &str) -> SetupError {
    let looked_in = address.to_owned();
    Refusal::NoEngine { looked_in }.into()
}

/// Why an image could not be pulled.
pub(super) fn not_pulled(address: &str, image: &str, error: &TestcontainersError) -> SetupError {
    let engine = client(error).and_then(of_the_engine);
    if let Some(error) = engine
        && io_kind(error).is_some()
    {
        return refused(address, error);
    }
    let said = &engine.map_or_else(|| chain(error), said);
    if said.contains("no matching manifest")
        || said.contains("does not match the specified platform")
    {
        return Refusal::Platform { image, said }.into();
    }
    if is_no_room(said) {
        return Refusal::NoRoom { image, said }.into();
    }
    Refusal::ImageMissing { image, said }.into()
}

/// Why a container could not be made or started, or `None` if it was and has ended.
pub(super) fn not_started(
    address: &str,
    image: &str,
    error: &TestcontainersError,
) -> Option<SetupError> {
    let client = match error {
        TestcontainersError::Client(client) => client,
        TestcontainersError::WaitContainer(WaitContainerError::StartupTimeout) => {
            let said = "it took too long to start a container";
            return Some(Refusal::Refused { address, said }.into());
        }
        // It had started and has no port any more.
        _ => return None,
    };
    let engine = of_the_engine(client);
    match (client, engine) {
        (_, Some(error)) if io_kind(error).is_some() => Some(refused(address, error)),
        (ClientError::InspectContainer(_), _) => None,
        (ClientError::StartContainer(_), Some(error)) => {
            Some(refused_start(address, image, &said(error)))
        }
        (_, Some(error)) if is_no_room(&said(error)) => {
            let said = &said(error);
            Some(Refusal::NoRoom { image, said }.into())
        }
        _ => Some(refused_client(address, client)),
    }
}

/// The engine's answer has the same status whatever the image lacks: only its words tell.
fn refused_start(address: &str, image: &str, said: &str) -> SetupError {
    let refusal = if is_no_room(said) {
        Refusal::NoRoom { image, said }
    } else if said.contains("exec format error") {
        Refusal::Platform { image, said }
    } else if said.contains("executable file not found")
        || said.contains("no such file or directory")
    {
        Refusal::NotPostgres { image, said }
    } else {
        Refusal::Refused { address, said }
    };
    refusal.into()
}

fn is_no_room(said: &str) -> bool {
    said.to_lowercase().contains("no space left on device")
}

fn client(error: &TestcontainersError) -> Option<&ClientError> {
    match error {
        TestcontainersError::Client(client) => Some(client),
        _ => None,
    }
}

/// What the engine said to the library, which gives no source for it.
fn of_the_engine(error: &ClientError) -> Option<&Error> {
    match error {
        ClientError::PullImage { err, .. } => Some(err),
        ClientError::Init(error)
        | ClientError::CreateContainer(error)
        | ClientError::StartContainer(error)
        | ClientError::InspectContainer(error)
        | ClientError::ListContainers(error) => Some(error),
        _ => None,
    }
}

/// What the engine said, without what the client adds to it.
fn said(error: &Error) -> String {
    match error {
        Error::DockerResponseServerError { message, .. } => message.trim().to_owned(),
        Error::DockerStreamError { error } => error.trim().to_owned(),
        other => chain(other),
    }
}

/// What the operating system said, if it was that.
fn io_kind(error: &Error) -> Option<ErrorKind> {
    if let Error::IOError { err } = error {
        return Some(err.kind());
    }
    let mut next: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(error) = next {
        if let Some(error) = error.downcast_ref::<std::io::Error>() {
            return Some(error.kind());
        }
        next = error.source();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::refusal::OTHERWISE;
    use super::*;

    const AT: &str = "unix:///var/run/docker.sock";

    fn server(message: &str) -> Error {
        Error::DockerResponseServerError {
            status_code: 500,
            message: message.to_owned(),
        }
    }

    fn check(error: &SetupError, cause: &str, cure: &str) {
        let told = error.to_string();
        assert!(told.contains(cause), "{told}\ndoes not say\n{cause}");
        let hint = error.hint();
        assert!(hint.contains(cure) && hint.ends_with(OTHERWISE), "{hint}");
    }

    #[test]
    fn what_the_operating_system_says_of_the_socket_is_told_apart() {
        let error = |kind: ErrorKind| Error::from(std::io::Error::from(kind));
        let of = |kind| refused(AT, &error(kind));
        check(
            &of(ErrorKind::ConnectionRefused),
            "the engine is down",
            "systemctl start docker",
        );
        check(
            &of(ErrorKind::PermissionDenied),
            "this user may not use",
            "usermod -aG docker",
        );
        check(
            &of(ErrorKind::NotFound),
            "no engine was found",
            "export DOCKER_HOST",
        );
    }

    #[test]
    fn what_the_registry_says_is_told_with_the_image() {
        let check_pull = |said: &str, cause: &str, cure: &str| {
            let error = ClientError::PullImage {
                descriptor: "postgres:18.4".to_owned(),
                err: server(said),
            };
            let told = not_pulled(AT, "postgres:18.4", &error.into());
            check(&told, cause, cure);
            check(&told, said, cure);
        };
        check_pull(
            "Get https://registry-1.docker.io/v2/: dial tcp: lookup registry-1.docker.io: no such host",
            "the image postgres:18.4 is not on this machine and could not be pulled",
            "docker pull postgres:18.4",
        );
        check_pull(
            "no matching manifest for linux/riscv64 in the manifest list entries",
            "not for this machine's platform",
            "--platform linux/",
        );
        check_pull(
            "write /var/lib/docker/tmp/x: no space left on device",
            "there is no room",
            "docker system prune",
        );
    }

    #[test]
    fn a_container_that_does_not_start_says_what_the_image_lacks() {
        let check_start = |said: &str, cause: &str, cure: &str| {
            let error = ClientError::StartContainer(server(said)).into();
            check(&not_started(AT, "nginx", &error).unwrap(), cause, cure);
        };
        check_start(
            "exec: \"postgres\": executable file not found in $PATH: unknown",
            "the image nginx has no `postgres` to run",
            "docker:postgres:18",
        );
        check_start(
            "exec /docker-entrypoint.sh: exec format error",
            "not for this machine's platform",
            "docker pull --platform",
        );
        check_start(
            "cannot allocate memory",
            "the engine at unix:///var/run",
            "docker info",
        );
    }

    #[test]
    fn a_container_that_ended_is_judged_by_its_last_words() {
        let check_dead = |last: &str, cause: &str, cure: &str| {
            check(&Refusal::of_the_dead("image", last).into(), cause, cure);
        };
        check_dead(
            "initdb: error: could not write: No space left on device",
            "there is no room",
            "free -m",
        );
        check_dead(
            "standard_init_linux.go:228: exec user process caused: exec format error",
            "platform",
            "--platform",
        );
        check_dead(
            "/docker-entrypoint.sh: 47: exec: postgres: not found",
            "has no `postgres` to run",
            "docker:postgres:18",
        );
        check_dead(
            "initdb: error: locale",
            "its log ends with\ninitdb: error: locale",
            "docker run",
        );
        check_dead("", "without a word", "docker run");
    }

    #[test]
    fn a_port_on_another_machine_is_told_with_the_cure() {
        let (image, port) = ("postgres:18.4", 40_000);
        check(
            &Refusal::Elsewhere { image, port }.into(),
            "nobody listens at 127.0.0.1:40000",
            "--network=host",
        );
    }

    #[test]
    fn a_container_that_is_gone_when_it_is_asked_for_has_ended() {
        let gone = Error::DockerResponseServerError {
            status_code: 404,
            message: "No such container".to_owned(),
        };
        let error = ClientError::InspectContainer(gone).into();
        assert!(not_started(AT, "image", &error).is_none());
    }
}
