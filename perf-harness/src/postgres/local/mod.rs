//! A private cluster from the binaries of this machine: one per user, shared by all test processes.
//!
//! It listens on a unix socket only, is never run by root, and stops by itself when no one uses it.

mod base;
mod binaries;
mod cluster;
mod copy;
mod initdb;
mod owner;
mod process;
mod programs;
mod site;

use std::path::PathBuf;
use std::time::Duration;

use sqlx::PgConnection;

pub(super) use self::base::Base;
pub(super) use self::binaries::Binaries;
pub(super) use self::cluster::Cluster;
pub(super) use self::owner::Owner;
pub(super) use self::process::Postmaster;
use self::site::Site;
use super::url::{endpoint, options};
use super::{Held, Provider, Server, blocking};
use crate::config::{self, Config};
use crate::error::SetupError;
use crate::progress::{self, Unit};

/// A private cluster of the newest binaries that are found, or of those in a directory.
pub(super) struct Local {
    pub(super) directory: Option<PathBuf>,
}

impl Provider for Local {
    async fn obtain(&self, config: &'static Config, why: &str) -> Result<Held, SetupError> {
        let directory = self.directory.clone();
        let binaries = blocking(move || match directory {
            Some(directory) => binaries::find_in(&directory),
            None => binaries::find(&config::path()),
        })
        .await?;
        run(config, &binaries, why).await
    }
}

/// Joins the cluster of these binaries that runs, or starts one. `why` is told with the result.
pub(super) async fn run(
    config: &'static Config,
    binaries: &Binaries,
    why: &str,
) -> Result<Held, SetupError> {
    let owner = blocking(Owner::of_servers).await?;
    let key = cluster::key(binaries, config.idle);
    let site = blocking(move || Site::prepare(config, &owner, &key)).await?;
    let (cluster, connection) = join_or_start(&site, binaries, config).await?;
    let server = server(&cluster, binaries, why)?;
    Ok((server, connection))
}

async fn join_or_start(
    site: &Site,
    binaries: &Binaries,
    config: &'static Config,
) -> Result<(Cluster, PgConnection), SetupError> {
    if let Some(joined) = join(site, config.idle).await? {
        return Ok(joined);
    }
    let lock_site = site.clone();
    let waiting = progress::begin(
        "waiting for the cluster that another process starts",
        Unit::Nothing,
        None,
    );
    let _lock = blocking(move || lock_site.lock()).await?;
    drop(waiting);
    // Another process may have started it while this one waited.
    if let Some(joined) = join(site, config.idle).await? {
        return Ok(joined);
    }
    let (starting_site, starting_binaries) = (site.clone(), binaries.clone());
    let cluster = blocking(move || {
        starting_site.sweep();
        Cluster::start(&starting_site, &starting_binaries, config.cache.as_deref())
    })
    .await?;
    let started = take_up(site, &cluster, config.idle).await;
    if started.is_err() {
        cluster.give_up();
    }
    site.sweep_others().await;
    Ok((cluster, started?))
}

/// Waits for a server that was just started, makes it this user's alone, sets its end and tells the others.
async fn take_up(
    site: &Site,
    cluster: &Cluster,
    idle: Duration,
) -> Result<PgConnection, SetupError> {
    let mut connection = cluster.wait_until_ready().await?;
    cluster.renew_password(&mut connection, &site.owner).await?;
    cluster.watch(idle).await?;
    site.announce(cluster)?;
    Ok(connection)
}

async fn join(site: &Site, after: Duration) -> Result<Option<(Cluster, PgConnection)>, SetupError> {
    let Some(cluster) = site.announced() else {
        return Ok(None);
    };
    let Some(joined) = cluster.join().await? else {
        return Ok(None);
    };
    if !joined.is_watched {
        cluster.watch(after).await?;
    }
    Ok(Some((cluster, joined.connection)))
}

fn server(cluster: &Cluster, binaries: &Binaries, why: &str) -> Result<Server, SetupError> {
    let url = cluster.url()?;
    let options = options(&url)?;
    Ok(Server {
        endpoint: endpoint(&options),
        role: options.get_username().to_owned(),
        version: binaries.version,
        ours: true,
        told: format!(
            "PostgreSQL {} from {}, a private cluster ({why})",
            binaries.version_text,
            binaries.directory.display()
        ),
        url,
    })
}
