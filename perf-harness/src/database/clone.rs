//! A test's own database: made from a template, reached through a recorder, gone afterwards.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use url::Url;

use super::admin::{Admin, drop_statement, failed};
use super::background::in_background;
use super::plans::{self, Plans};
use super::ready::{Claim, Refill};
use super::template::{self, Template};
use super::{catalog, kept, name, ready, shared};
use crate::config;
use crate::error::SetupError;
use crate::postgres::{Endpoint, Server, masked, with_database, with_port};
use crate::record::SharedLog;
use crate::record::wire::{Changes, Tap, Upstream};

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
    /// Do its sessions tell the plans that really ran?
    pub(crate) plans: Plans,
    /// What the recorder adds to each round trip.
    pub(crate) rtt: Option<Duration>,
    /// Read-only tests share theirs.
    is_own: bool,
    /// The template that it is a copy of.
    template: Option<String>,
    /// Copies to be made when the test has ended.
    refill: Mutex<Option<Refill>>,
    /// That of `recorded`, and those that were asked for besides.
    taps: Mutex<Vec<Tap>>,
}

/// Who uses a database: one test, which may leave something to be made at its end, or all read-only tests.
enum Use {
    Alone {
        refill: Option<Refill>,
        template: Option<String>,
    },
    Shared,
}

/// What a database without a template is a copy of.
const EMPTY: &str = "template0";

/// How long sessions of a test that has ended may take to end. Those that take longer are cut off.
const ENDING: Duration = Duration::from_millis(50);

impl Database {
    /// Creates the database, from the template if there is one. `test` only goes into the name.
    pub(crate) async fn create(
        test: &str,
        template: Option<Template>,
        log: SharedLog,
        changes: Changes,
    ) -> Result<Self, SetupError> {
        let template = match template {
            Some(template) => Some(template::obtain(template).await?),
            None => None,
        };
        Self::copy(test, template, log, changes).await
    }

    /// Another database of the same test's, as this one was in the beginning. It is recorded in the same log.
    pub(crate) async fn another(
        &self,
        test: &str,
        rtt: Option<Duration>,
    ) -> Result<Self, SetupError> {
        if !self.is_own {
            return Err(SetupError::system(
                "a read-only test has no database of its own, and no other one",
                &"leave `read_only` out",
            ));
        }
        let changes = Changes {
            plans: self.plans != Plans::Off,
            rtt,
        };
        Self::copy(test, self.template.clone(), self.log.clone(), changes).await
    }

    async fn copy(
        test: &str,
        template: Option<String>,
        log: SharedLog,
        Changes { plans, rtt }: Changes,
    ) -> Result<Self, SetupError> {
        let test = test.to_owned();
        in_background(async move {
            let admin = Admin::get().await?;
            let name = name::of_clone(&admin.place, &test);
            admin.try_lease(&name).await?;
            let made = make(admin, &name, template.as_deref()).await;
            if made.is_err() {
                admin.release(&name).await?;
            }
            let refill = made?;
            let plans = if plans {
                plans::switch_on(admin, &name, template.as_deref().unwrap_or(EMPTY)).await
            } else {
                Plans::Off
            };
            let alone = Use::Alone { refill, template };
            let reached = Self::reach(admin, name.clone(), log, (alone, plans, rtt)).await;
            if reached.is_err() {
                drop(admin.drop_database(&name).await);
                admin.release(&name).await?;
            }
            reached
        })
        .await
    }

    /// The copy of the template that all read-only tests share.
    pub(crate) async fn shared(
        template: Template,
        log: SharedLog,
        Changes { plans, rtt }: Changes,
    ) -> Result<Self, SetupError> {
        let template = template::obtain(template).await?;
        in_background(async move {
            let admin = Admin::get().await?;
            let (name, plans) = shared::obtain(admin, &template, plans).await?;
            Self::reach(admin, name, log, (Use::Shared, plans, rtt)).await
        })
        .await
    }

    async fn reach(
        admin: &Admin,
        name: String,
        log: SharedLog,
        (used, plans, rtt): (Use, Plans, Option<Duration>),
    ) -> Result<Self, SetupError> {
        let changes = Changes {
            plans: plans == Plans::On,
            rtt,
        };
        let tap = tap(&admin.server, log.clone(), changes).await?;
        let direct = with_database(&admin.server.url, &name);
        let (is_own, refill, template) = match used {
            Use::Alone { refill, template } => (true, refill, template),
            Use::Shared => (false, None, None),
        };
        Ok(Self {
            recorded: with_port(&direct, &admin.server.role, tap.port()),
            server: admin.server.told.clone(),
            plans,
            rtt,
            name,
            direct,
            log,
            is_own,
            template,
            refill: Mutex::new(refill),
            taps: Mutex::new(vec![tap]),
        })
    }

    /// Another URL of this database, recorded in the same log, on which each round trip takes so much longer.
    pub(crate) async fn delayed(&self, rtt: Duration) -> Result<Url, SetupError> {
        let log = self.log.clone();
        let changes = Changes {
            plans: self.plans == Plans::On,
            rtt: Some(rtt),
        };
        let direct = self.direct.clone();
        let (tap, url) = in_background(async move {
            let admin = Admin::get().await?;
            let tap = tap(&admin.server, log, changes).await?;
            let url = with_port(&direct, &admin.server.role, tap.port());
            Ok((tap, url))
        })
        .await?;
        self.taps().push(tap);
        Ok(url)
    }

    fn taps(&self) -> MutexGuard<'_, Vec<Tap>> {
        self.taps.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The test has ended, so nothing is delayed any more. Waits until no connection is open.
    fn drained(&self) -> impl Future<Output = ()> + Send + 'static {
        let taps = self.taps();
        taps.iter().for_each(Tap::hurry);
        let drained: Vec<_> = taps.iter().map(Tap::drained).collect();
        async move {
            for drained in drained {
                drained.await;
            }
        }
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
        let (refill, drained) = (self.take_refill(), self.drained());
        async move {
            let Some(name) = name else { return Ok(()) };
            let admin = Admin::get().await?;
            // A database with sessions keeps the server that drops it waiting for a tenth of a second.
            drop(tokio::time::timeout(ENDING, drained).await);
            if let Some(refill) = refill {
                admin.drop_database(&name).await?;
                catalog::vacuum_now_and_then(admin, &name).await;
                return refill.one(admin).await;
            }
            let dropped = admin.begin(drop_statement(&name)).await;
            let dropped = dropped.map_err(|error| failed(&name, "removed", &error))?;
            tokio::spawn(async move {
                // Should it fail, it is a database without a lease, and the next process drops it.
                drop(dropped.await);
                catalog::vacuum_now_and_then(admin, &name).await;
                admin.release(&name).await
            });
            Ok(())
        }
    }

    /// Work for the background, at the end of a test: what was written to the database that read-only tests share is an
    /// error.
    pub(crate) fn unwritten(
        &self,
    ) -> impl Future<Output = Result<(), SetupError>> + Send + 'static {
        let name = (!self.is_own).then(|| self.name.clone());
        let drained = self.drained();
        async move {
            let Some(name) = name else { return Ok(()) };
            // A session tells what it wrote when it ends.
            drop(tokio::time::timeout(ENDING, drained).await);
            match shared::rows_written(Admin::get().await?, &name).await? {
                0 => Ok(()),
                rows => Err(SetupError::ReadOnlyWritten { rows }),
            }
        }
    }

    fn take_refill(&self) -> Option<Refill> {
        let mut refill = self.refill.lock().unwrap_or_else(PoisonError::into_inner);
        refill.take()
    }

    /// Work for the background, at the end of a test that failed: keeps the database, among the last `most`, and gives
    /// its URL.
    pub(crate) fn keeping(
        &self,
        test: &str,
        most: usize,
    ) -> impl Future<Output = Result<Option<String>, SetupError>> + Send + 'static {
        let (name, direct, test) = (self.name.clone(), self.direct.clone(), test.to_owned());
        let (is_own, refill) = (self.is_own, self.take_refill());
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
            let kept = if most == 0 {
                admin.drop_database(&name).await?;
                None
            } else {
                Some(kept::keep(admin, &name, &test, most).await?)
            };
            admin.release(&name).await?;
            if let Some(refill) = refill {
                refill.one(admin).await?;
            }
            Ok(kept.map(|kept| shown(&with_database(&direct, &kept))))
        }
    }
}

async fn tap(server: &Server, log: SharedLog, changes: Changes) -> Result<Tap, SetupError> {
    let upstream = match &server.endpoint {
        Endpoint::Tcp { host, port } => Upstream::Tcp {
            host: host.clone(),
            port: *port,
        },
        Endpoint::Unix(path) => Upstream::Unix(path.clone()),
    };
    let tap = Tap::open(upstream, log, changes).await;
    tap.map_err(|error| SetupError::system("the recorder could not listen on 127.0.0.1", &error))
}

/// Makes the database, and says what is to be made at the end of the test. While many tests run in one process it is
/// made meanwhile: there is always one that disturbs another.
async fn make(
    admin: &'static Admin,
    name: &str,
    template: Option<&str>,
) -> Result<Option<Refill>, SetupError> {
    let source = template.unwrap_or(EMPTY);
    if !admin.server.ours {
        return admin.create_database(name, source).await.map(|()| None);
    }
    let Claim { is_given, refill } = ready::claim(admin, source, name).await?;
    let later = if config::is_process_per_test() {
        Some(refill)
    } else {
        tokio::spawn(refill.all(admin));
        None
    };
    if !is_given {
        admin.create_database(name, source).await?;
    }
    Ok(later)
}
