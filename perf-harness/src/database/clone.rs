//! A test's own database: made from a template, reached through a recorder, gone afterwards.

use url::Url;

use super::admin::{Admin, drop_statement, failed};
use super::background::in_background;
use super::template::{self, Template};
use super::{kept, name, ready, shared};
use crate::error::SetupError;
use crate::postgres::{Endpoint, masked, with_database, with_port};
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
    /// Read-only tests share theirs.
    is_own: bool,
    _tap: Tap,
}

impl Database {
    /// Creates the database, from the template if there is one. `test` only goes into the name.
    pub(crate) async fn create(test: &str, template: Option<Template>) -> Result<Self, SetupError> {
        let template = match template {
            Some(template) => Some(template::obtain(template).await?),
            None => None,
        };
        let test = test.to_owned();
        in_background(async move {
            let admin = Admin::get().await?;
            let name = name::of_clone(&admin.place, &test);
            admin.try_lease(&name).await?;
            let made = make(admin, &name, template.as_deref()).await;
            if made.is_err() {
                admin.release(&name).await?;
            }
            made?;
            let reached = Self::reach(admin, name.clone(), true).await;
            if reached.is_err() {
                drop(admin.drop_database(&name).await);
                admin.release(&name).await?;
            }
            reached
        })
        .await
    }

    /// The copy of the template that all read-only tests share.
    pub(crate) async fn shared(template: Template) -> Result<Self, SetupError> {
        let template = template::obtain(template).await?;
        in_background(async move {
            let admin = Admin::get().await?;
            let name = shared::obtain(admin, &template).await?;
            Self::reach(admin, name, false).await
        })
        .await
    }

    async fn reach(admin: &Admin, name: String, is_own: bool) -> Result<Self, SetupError> {
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
            is_own,
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

    /// Work for the background, at the end of a test that passed: has the database dropped, and does not wait for it.
    pub(crate) fn farewell(&self) -> impl Future<Output = Result<(), SetupError>> + Send + 'static {
        let name = self.is_own.then(|| self.name.clone());
        async move {
            let Some(name) = name else { return Ok(()) };
            let admin = Admin::get().await?;
            let dropped = admin.begin(drop_statement(&name)).await;
            let dropped = dropped.map_err(|error| failed(&name, "removed", &error))?;
            tokio::spawn(async move {
                // Should it fail, it is a database without a lease, and the next process drops it.
                drop(dropped.await);
                admin.release(&name).await
            });
            Ok(())
        }
    }

    /// Work for the background, at the end of a test that failed: keeps the database, among the last `most`, and gives
    /// its URL.
    pub(crate) fn keeping(
        &self,
        test: &str,
        most: usize,
    ) -> impl Future<Output = Result<Option<String>, SetupError>> + Send + 'static {
        let (name, direct, test) = (self.name.clone(), self.direct.clone(), test.to_owned());
        let is_own = self.is_own;
        async move {
            let admin = Admin::get().await?;
            // The password of a user's own server goes into no log.
            let shown = |url: &Url| {
                let url = if admin.server.ours {
                    url.to_string()
                } else {
                    masked(url)
                };
                url.replace('\'', "%27")
            };
            if !is_own {
                return Ok(Some(shown(&direct)));
            }
            if most == 0 {
                admin.drop_database(&name).await?;
                admin.release(&name).await?;
                return Ok(None);
            }
            let kept = kept::keep(admin, &name, &test, most).await?;
            admin.release(&name).await?;
            Ok(Some(shown(&with_database(&direct, &kept))))
        }
    }
}

async fn make(admin: &'static Admin, name: &str, template: Option<&str>) -> Result<(), SetupError> {
    match template {
        Some(template) if ready::claim(admin, template, name).await? => Ok(()),
        template => {
            admin
                .create_database(name, template.unwrap_or("template0"))
                .await
        }
    }
}
