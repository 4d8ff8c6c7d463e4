//! Why there is no container: each cause with its own cure.

use std::time::Duration;

use crate::error::SetupError;

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
    /// It runs, on the engine's machine, which is not that of these tests.
    Elsewhere { image: &'a str, port: u16 },
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

pub(super) const OTHERWISE: &str = "or do without: PERF_HARNESS_POSTGRES=local or =download";

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
            Self::Elsewhere { image, port } => format!(
                "the container of {image} runs, and nobody listens at 127.0.0.1:{port}: the tests run in a container \
                 themselves, and the port is open to the engine's machine only"
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
                "see `docker ps` and `docker logs`".to_owned()
            }
            Self::Elsewhere { .. } => {
                "run the tests' container in the network of the engine's machine: docker run --network=host ..\n\
                 or start a PostgreSQL beside it: PERF_HARNESS_POSTGRES=postgres://user:password@host:5432/postgres"
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
