//! A container of the official image, or one like it, by testcontainers: one per user, shared by all test processes.
//!
//! It ends itself when no one uses it, and the engine removes it then. No process of ours is needed for that.

mod address;
mod answer;
mod container;
mod engine;
mod launch;
mod log;
mod refusal;
mod site;

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::Duration;

use sqlx::PgConnection;

use self::address::Address;
use self::container::Container;
use self::engine::Engine;
use self::launch::Launch;
use self::site::Site;
use super::url::{endpoint, options};
use super::{Held, Provider, Server, blocking, idle, settings, supported};
use crate::config::Config;
use crate::error::SetupError;
use crate::progress::{self, Unit};

/// The image that is taken unless another one is named.
const IMAGE: &str = "postgres:18.4";

/// A container of an image.
pub(super) struct Docker {
    image: String,
}

impl Docker {
    /// Of the image that the choice names, or that the configuration names for all choices.
    pub(super) fn of(image: Option<&str>, config: &Config) -> Self {
        let image = image.or(config.image.as_deref());
        Self {
            image: image.unwrap_or(IMAGE).to_owned(),
        }
    }

    /// What makes two containers the same.
    fn key(&self, address: &Address, stays: Duration) -> String {
        let settings: Vec<String> = settings::arguments().collect();
        let agreed = (env!("CARGO_PKG_VERSION"), idle::FORMAT);
        let mut hasher = DefaultHasher::new();
        (&self.image, address.text(), settings, stays, agreed).hash(&mut hasher);
        format!("docker-{:016x}", hasher.finish())
    }
}

impl Provider for Docker {
    async fn obtain(&self, config: &'static Config, why: &str) -> Result<Held, SetupError> {
        let address = Address::find(&config.docker)?;
        let key = self.key(&address, config.idle);
        let site = blocking(move || Site::prepare(config, &key)).await?;
        let (container, connection) = self.join_or_start(&address, &site, config.idle).await?;
        let server = self.server(&container, &connection, why)?;
        Ok((server, connection))
    }
}

impl Docker {
    async fn join_or_start(
        &self,
        address: &Address,
        site: &Site,
        idle: Duration,
    ) -> Result<(Container, PgConnection), SetupError> {
        let joined = join(site, idle).await;
        if let Ok(Some(joined)) = joined {
            return Ok(joined);
        }
        let engine = Engine::reach(address).await?;
        if let Err(error) = joined
            && is_there(&engine, site).await?
        {
            return Err(error);
        }
        let lock_site = site.clone();
        let waiting = progress::begin(
            format!("waiting for a container of {}", self.image),
            Unit::Nothing,
            None,
        );
        let _lock = blocking(move || lock_site.lock()).await?;
        drop(waiting);
        // Another process may have started it while this one waited.
        if is_there(&engine, site).await?
            && let Some(joined) = join(site, idle).await?
        {
            return Ok(joined);
        }
        engine.sweep(site).await?;
        let image_id = engine.image_id(&self.image).await?;
        // A registry or a server that does not answer takes long: the processes of a run wait for it once.
        if let Some(refused) = site.refused_lately(image_id.as_deref()) {
            return Err(refused);
        }
        let started = self
            .pull_and_start(&engine, site, idle, image_id.is_some())
            .await;
        if let Err(error) = &started {
            // An image that was pulled is here for the next one.
            let image_id = engine.image_id(&self.image).await.unwrap_or(image_id);
            site.remember(error, image_id);
        }
        started
    }

    async fn pull_and_start(
        &self,
        engine: &Engine,
        site: &Site,
        idle: Duration,
        has_image: bool,
    ) -> Result<(Container, PgConnection), SetupError> {
        if !has_image {
            launch::pull(engine, &self.image).await?;
        }
        self.start(engine, site, idle).await
    }

    /// Starts a container and tells the others. Call it with the lock held.
    async fn start(
        &self,
        engine: &Engine,
        site: &Site,
        idle: Duration,
    ) -> Result<(Container, PgConnection), SetupError> {
        let labels = site.labels()?;
        let started = async {
            let launch = Launch::of(engine, &self.image, labels).await?;
            let connection = launch.wait_until_ready(engine).await?;
            self.version(&connection)?;
            launch.container.watch(idle).await?;
            site.announce(&launch.container)?;
            Ok((launch.container, connection))
        };
        match started.await {
            Err(error) => {
                // The cause is what is told, also when the engine cannot take the container back either.
                drop(engine.sweep(site).await);
                Err(error)
            }
            done => done,
        }
    }

    fn version(&self, connection: &PgConnection) -> Result<u32, SetupError> {
        let version = connection.server_version_num().unwrap_or_default();
        supported(version, &format!("the image {}", self.image))
    }

    fn server(
        &self,
        container: &Container,
        connection: &PgConnection,
        why: &str,
    ) -> Result<Server, SetupError> {
        let url = container.url()?;
        let options = options(&url)?;
        let version = self.version(connection)?;
        Ok(Server {
            endpoint: endpoint(&options),
            role: options.get_username().to_owned(),
            version,
            ours: true,
            told: format!(
                "PostgreSQL {}.{} in a container of {} ({why})",
                version / 10_000,
                version % 10_000,
                self.image
            ),
            url,
        })
    }
}

/// Does the container that was announced still run? Its port may be another program's by now, one that never answers.
async fn is_there(engine: &Engine, site: &Site) -> Result<bool, SetupError> {
    match site.announced() {
        Some(container) => engine.runs(&container.id).await,
        None => Ok(false),
    }
}

/// The container that was announced, without a word to the engine.
async fn join(
    site: &Site,
    after: Duration,
) -> Result<Option<(Container, PgConnection)>, SetupError> {
    let Some(container) = site.announced() else {
        return Ok(None);
    };
    let Some(joined) = container.join().await? else {
        return Ok(None);
    };
    if !joined.is_watched {
        container.watch(after).await?;
    }
    Ok(Some((container, joined.connection)))
}
