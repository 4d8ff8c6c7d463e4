//! The start of a container: the image pulled, the container made, its server awaited.

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use sqlx::PgConnection;
use testcontainers::bollard::models::{HostConfig, PortBinding};
use testcontainers::core::{IntoContainerPort as _, Mount};
use testcontainers::runners::AsyncRunner as _;
use testcontainers::{
    ContainerRequest, GenericImage, ImageExt as _, ReuseDirective, TestcontainersError,
};

use super::answer::{not_pulled, not_started};
use super::container::{Container, DATA, MEMORY, ROLE};
use super::engine::Engine;
use super::log::Log;
use super::refusal::Refusal;
use crate::clock;
use crate::error::SetupError;
use crate::postgres::private::random_name;
use crate::postgres::settings;
use crate::progress::{self, Unit};

const PORT: u16 = 5432;
/// What `initdb` is told. A UTF-8 locale, never `C`: it decides which index serves `LIKE 'x%'`.
const INITDB: &str = "--no-sync --encoding=UTF8 --locale=C.UTF-8 --auth-host=md5";
/// For parallel queries: an engine gives 64 MiB.
const SHARED_MEMORY: u64 = 256 << 20;
/// How long a server may take until it answers, on a machine that has much else to do.
const PATIENCE: Duration = Duration::from_mins(3);
/// How long nobody may listen at the port, for processes in a container.
const UNHEARD: Duration = Duration::from_secs(10);
/// There in every container that Docker made.
const IN_CONTAINER: &str = "/.dockerenv";
/// How long the engine may take to hand over what a container wrote.
const SETTLED: Duration = Duration::from_secs(2);

/// A container that was started, and what it writes.
pub(super) struct Launch {
    pub(super) container: Container,
    log: Log,
}

impl Launch {
    pub(super) async fn of(
        engine: &Engine,
        image: &str,
        labels: HashMap<String, String>,
    ) -> Result<Self, SetupError> {
        let log = Log::default();
        let password = format!("{}{}", random_name()?, random_name()?);
        let request = request(image, &password, labels, &random_name()?);
        let _busy = progress::begin(
            format!("starting a container of {image}"),
            Unit::Nothing,
            None,
        );
        let started = start(request.with_log_consumer(log.clone())).await;
        let (id, port) = match started {
            Ok(started) => started,
            Err(error) => return Err(why_not(engine, image, &error, &log).await),
        };
        let container = Container {
            engine: engine.address().to_owned(),
            id,
            image: image.to_owned(),
            port,
            password,
        };
        Ok(Self { container, log })
    }

    /// Asks until the server answers, by a real connection: the image starts another one first, to prepare the data.
    pub(super) async fn wait_until_ready(
        &self,
        engine: &Engine,
    ) -> Result<PgConnection, SetupError> {
        let image = &self.container.image;
        let _busy = progress::begin(
            format!("waiting for PostgreSQL in {image}"),
            Unit::Nothing,
            None,
        );
        let begun = clock::now();
        loop {
            if let Some(joined) = self.container.join().await? {
                self.log.close();
                return Ok(joined.connection);
            }
            if !engine.runs(&self.container.id).await? {
                return Err(died(image, &self.log).await);
            }
            let waited = clock::now().saturating_sub(begun);
            if waited > UNHEARD
                && Path::new(IN_CONTAINER).exists()
                && self.container.is_refused().await?
            {
                let port = self.container.port;
                return Err(Refusal::Elsewhere { image, port }.into());
            }
            if waited > PATIENCE {
                let last = &self.log.last_lines();
                return Err(Refusal::Unanswered {
                    image,
                    limit: PATIENCE,
                    last,
                }
                .into());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

/// Has the engine get an image, which may take minutes.
pub(super) async fn pull(engine: &Engine, image: &str) -> Result<(), SetupError> {
    let _busy = progress::begin(format!("pulling {image}"), Unit::Nothing, None);
    let (name, tag) = name_and_tag(image);
    let pulled = GenericImage::new(name, tag).pull_image().await;
    match pulled {
        Ok(_) => Ok(()),
        Err(error) => Err(not_pulled(engine.address(), image, &error)),
    }
}

/// The container's id and port.
async fn start(
    request: ContainerRequest<GenericImage>,
) -> Result<(String, u16), TestcontainersError> {
    let container = request.start().await?;
    let port = container.get_host_port_ipv4(PORT.tcp()).await?;
    Ok((container.id().to_owned(), port))
}

/// Why there is no container: the engine says so, or it ended before it could be asked for its port.
async fn why_not(
    engine: &Engine,
    image: &str,
    error: &TestcontainersError,
    log: &Log,
) -> SetupError {
    match not_started(engine.address(), image, error) {
        Some(refused) => refused,
        None => died(image, log).await,
    }
}

/// Why a container ended, by what it wrote.
async fn died(image: &str, log: &Log) -> SetupError {
    let begun = clock::now();
    // The end of a container and its last words come by different ways.
    while log.last_lines().is_empty() && clock::now().saturating_sub(begun) < SETTLED {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Refusal::of_the_dead(image, &log.last_lines()).into()
}

/// A container that ends with its server, and is removed by the engine when it has ended.
fn request(
    image: &str,
    password: &str,
    labels: HashMap<String, String>,
    random: &str,
) -> ContainerRequest<GenericImage> {
    let (name, tag) = name_and_tag(image);
    let command = ["postgres".to_owned()]
        .into_iter()
        .chain(settings::arguments());
    GenericImage::new(name, tag)
        .with_exposed_port(PORT.tcp())
        .with_container_name(format!("perf-harness-{random}"))
        // With it the library's destructor removes nothing: other processes use the container, and it ends by itself.
        .with_reuse(ReuseDirective::Always)
        .with_startup_timeout(PATIENCE)
        .with_labels(labels)
        .with_env_var("POSTGRES_USER", ROLE)
        .with_env_var("POSTGRES_PASSWORD", password)
        .with_env_var("POSTGRES_DB", "postgres")
        .with_env_var("POSTGRES_INITDB_ARGS", INITDB)
        .with_env_var("PGDATA", DATA)
        .with_mount(Mount::tmpfs_mount(MEMORY))
        .with_shm_size(SHARED_MEMORY)
        .with_cmd(command)
        .with_host_config_modifier(end_and_loopback)
}

/// Removed when it ends, and reached from this machine only.
fn end_and_loopback(host: &mut HostConfig) {
    let loopback = PortBinding {
        host_ip: Some("127.0.0.1".to_owned()),
        // The engine chooses one that is free.
        host_port: Some("0".to_owned()),
    };
    host.auto_remove = Some(true);
    host.publish_all_ports = Some(false);
    host.port_bindings = Some(HashMap::from([(
        format!("{PORT}/tcp"),
        Some(vec![loopback]),
    )]));
}

/// `registry.example:5000/postgres` has no tag; `postgres@sha256:..` is put together again as it was.
fn name_and_tag(image: &str) -> (&str, &str) {
    match image.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, tag),
        _ => (image, "latest"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_a_name_and_a_tag() {
        let check = |image: &str, expected: (&str, &str)| {
            assert_eq!(name_and_tag(image), expected);
        };
        check("postgres:18.4", ("postgres", "18.4"));
        check("postgres", ("postgres", "latest"));
        check(
            "registry.example:5000/team/postgres",
            ("registry.example:5000/team/postgres", "latest"),
        );
        check(
            "registry.example:5000/team/postgres:16",
            ("registry.example:5000/team/postgres", "16"),
        );
        check("postgres@sha256:0123", ("postgres@sha256", "0123"));
    }
}
