//! Why there is no container: each cause with its own cure.

use std::error::Error as StdError;
use std::io::ErrorKind;
use std::time::Duration;

use testcontainers::TestcontainersError;
use testcontainers::bollard::errors::Error;
use testcontainers::core::client::ClientError;
use testcontainers::core::error::WaitContainerError;

use crate::error::{SetupError, chain};

/// What kept a container from being used.
#[derive(Debug)]
pub(super) enum Refusal<'a> {
    /// No socket is where one should be.
    NoEngine { looked_in: String },
    /// The engine is elsewhere, or speaks otherwise.
    Unsupported { host: &'a str, why: &'static str },
    /// A socket is there, and nobody listens.
    Down { address: &'a str },
    /// The socket is another user's.
    Forbidden { address: &'a str },
    /// It takes a connection and says nothing.
    Silent { address: &'a str, limit: Duration },
    /// It says something else.
    Refused { address: &'a str, said: &'a str },
    /// Not on this machine, and not to be had.
    ImageMissing { image: &'a str, said: &'a str },
    /// For another processor or system.
    Platform { image: &'a str, said: &'a str },
    /// The engine or the server has no room left.
    NoRoom { image: &'a str, said: &'a str },
    /// There is no `postgres` in it.
    NotPostgres { image: &'a str, said: &'a str },
    /// It ended before it could be used.
    Died { image: &'a str, last: &'a str },
    /// It runs, and no server answers in it.
    Unanswered {
        image: &'a str,
        limit: Duration,
        last: &'a str,
    },
    /// A server runs in it, and something about it failed.
    Container {
        image: &'a str,
        step: &'static str,
        said: &'a str,
    },
}

impl From<Refusal<'_>> for SetupError {
    fn from(refusal: Refusal<'_>) -> Self {
        Self::Docker {
            cause: refusal.cause(),
            cure: format!("{}\n{OTHERWISE}", refusal.cure()),
        }
    }
}

const OTHERWISE: &str = "or do without: PERF_HARNESS_POSTGRES=local or =download";

impl<'a> Refusal<'a> {
    /// A container's end, by its last words: nothing else is left of it.
    pub(super) fn of_the_dead(image: &'a str, last: &'a str) -> Self {
        let said = last;
        let has = |text: &str| last.to_lowercase().contains(text);
        if has("no space left on device") {
            Self::NoRoom { image, said }
        } else if has("exec format error") {
            Self::Platform { image, said }
        } else if has("postgres: not found") || has("postgres\": executable file not found") {
            Self::NotPostgres { image, said }
        } else {
            Self::Died { image, last }
        }
    }

    fn cause(&self) -> String {
        match self {
            Self::NoEngine { looked_in } => {
                format!("no engine was found; looked in {looked_in}")
            }
            Self::Unsupported { host, why } => {
                format!("DOCKER_HOST is `{host}`, which is not supported: {why}")
            }
            Self::Down { address } => format!("the engine is down: nobody listens at {address}"),
            Self::Forbidden { address } => format!("this user may not use {address}"),
            Self::Silent { address, limit } => format!(
                "the engine at {address} did not answer within {} s",
                limit.as_secs()
            ),
            Self::Refused { address, said } => format!("the engine at {address} said: {said}"),
            Self::ImageMissing { image, said } => {
                format!("the image {image} is not on this machine and could not be pulled: {said}")
            }
            Self::Platform { image, said } => {
                format!("the image {image} is not for this machine's platform: {said}")
            }
            Self::NoRoom { image, said } => {
                format!("there is no room for a container of {image}: {said}")
            }
            Self::NotPostgres { image, said } => {
                format!("the image {image} has no `postgres` to run: {said}")
            }
            Self::Died { image, last: "" } => {
                format!("the container of {image} ended before its server answered, without a word")
            }
            Self::Died { image, last } => format!(
                "the container of {image} ended before its server answered; its log ends with\n{last}"
            ),
            Self::Unanswered { image, limit, last } => format!(
                "no server answered in the container of {image} within {} s; its log ends with\n{last}",
                limit.as_secs()
            ),
            Self::Container { image, step, said } => {
                format!("{step} of the server in the container of {image} failed: {said}")
            }
        }
    }

    fn cure(&self) -> String {
        match self {
            Self::NoEngine { .. } => "start Docker, or say where its engine listens:\n\
                 export DOCKER_HOST=\"$(docker context inspect --format '{{.Endpoints.docker.Host}}')\""
                .to_owned(),
            Self::Unsupported { .. } => {
                "use an engine of this machine: unset DOCKER_HOST, or export DOCKER_HOST=unix:///path/of/docker.sock"
                    .to_owned()
            }
            Self::Down { .. } => "start it: sudo systemctl start docker, or open Docker Desktop".to_owned(),
            Self::Forbidden { .. } => {
                "let it: sudo usermod -aG docker \"$USER\", and log in again\n\
                 or run an engine of your own: dockerd-rootless-setuptool.sh install"
                    .to_owned()
            }
            Self::Silent { .. } => "see whether `docker version` answers, and restart the engine if not".to_owned(),
            Self::Refused { .. } | Self::Container { .. } => {
                "see the cause; `docker info` and the engine's log say more".to_owned()
            }
            Self::ImageMissing { image, .. } => format!(
                "pull it where there is a network: docker pull {image}\n\
                 or name an image that is here: PERF_HARNESS_POSTGRES=docker:IMAGE (docker images)"
            ),
            Self::Platform { image, .. } => format!(
                "take the image for this machine: docker pull --platform linux/{} {image}\n\
                 or name another one: PERF_HARNESS_POSTGRES=docker:IMAGE",
                architecture()
            ),
            Self::NoRoom { .. } => {
                "make room: docker system df, docker system prune; a container's data is in memory (free -m)".to_owned()
            }
            Self::NotPostgres { .. } => {
                "name an image of PostgreSQL 14 or newer that is made like the official one: \
                 PERF_HARNESS_POSTGRES=docker:postgres:18"
                    .to_owned()
            }
            Self::Died { image, .. } => format!(
                "see what it says by itself: docker run --rm -e POSTGRES_PASSWORD=x {image}"
            ),
            Self::Unanswered { .. } => {
                "see `docker ps` and `docker logs`. Where the tests run in a container themselves, the ports of others \
                 are not open to them"
                    .to_owned()
            }
        }
    }
}

/// This machine's processor, by Docker's name for it.
fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}

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
    match of_the_engine(error) {
        Some(error) => refused(address, error),
        None => {
            let said = &chain(error);
            Refusal::Refused { address, said }.into()
        }
    }
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
    fn a_container_that_is_gone_when_it_is_asked_for_has_ended() {
        let gone = Error::DockerResponseServerError {
            status_code: 404,
            message: "No such container".to_owned(),
        };
        let error = ClientError::InspectContainer(gone).into();
        assert!(not_started(AT, "image", &error).is_none());
    }
}
