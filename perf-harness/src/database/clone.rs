//! A test's own database: made from a template, reached through a recorder, gone afterwards.

use url::Url;

use super::admin::Admin;
use super::background::in_background;
use super::name;
use super::template::{self, Template};
use crate::error::SetupError;
use crate::postgres::{Endpoint, with_database, with_port};
use crate::record::SharedLog;
use crate::record::wire::{Tap, Upstream};

/// A database of one test.
#[derive(Debug)]
pub(crate) struct Database {
    pub(crate) name: String,
    /// Through the recorder.
    pub(crate) recorded: Url,
    /// Past the recorder.
    pub(crate) direct: Url,
    pub(crate) log: SharedLog,
    /// Where the server came from and why.
    pub(crate) server: String,
    _tap: Tap,
}

impl Database {
    /// Creates the database, from the template if there is one. `test` only goes into the name.
    pub(crate) async fn create(test: &str, template: Option<Template>) -> Result<Self, SetupError> {
        let source = match template {
            Some(template) => template::obtain(template).await?,
            None => "template0".to_owned(),
        };
        let test = test.to_owned();
        in_background(async move {
            let admin = Admin::get().await?;
            let name = name::of_clone(&admin.place, &test);
            admin.try_lease(&name).await?;
            let created = admin.create_database(&name, &source).await;
            if created.is_err() {
                admin.release(&name).await?;
            }
            created?;
            Self::reach(admin, name).await
        })
        .await
    }

    async fn reach(admin: &Admin, name: String) -> Result<Self, SetupError> {
        let log = SharedLog::default();
        let upstream = match &admin.server.endpoint {
            Endpoint::Tcp { host, port } => Upstream::Tcp {
                host: host.clone(),
                port: *port,
            },
            Endpoint::Unix(path) => Upstream::Unix(path.clone()),
        };
        let tap = Tap::open(upstream, log.clone()).await.map_err(|error| {
            SetupError::system("the recorder could not listen on 127.0.0.1", &error)
        })?;
        let direct = with_database(&admin.server.url, &name);
        Ok(Self {
            recorded: with_port(&direct, &admin.server.role, tap.port()),
            server: admin.server.told.clone(),
            name,
            direct,
            log,
            _tap: tap,
        })
    }

    /// Work for the background: drops the database. What is still connected to it is cut off.
    pub(crate) fn removal(&self) -> impl Future<Output = Result<(), SetupError>> + Send + 'static {
        let name = self.name.clone();
        async move {
            let admin = Admin::get().await?;
            admin.drop_database(&name).await?;
            admin.release(&name).await
        }
    }
}
