//! A server of ours as it is written down: a cluster's directory, or the announcement of a container.

use serde::Deserialize;
use sqlx::PgConnection;
use url::Url;

use super::Status;
use super::facts;
use crate::config::Config;
use crate::error::SetupError;
use crate::postgres::local::{Base, Cluster};
use crate::postgres::url::{connect_as, options};
use crate::postgres::{cause, idle};

/// What may run.
pub(super) struct Entry {
    pub(super) base: Base,
    pub(super) key: String,
    pub(super) kind: Kind,
}

pub(super) enum Kind {
    Cluster(Cluster),
    Container(Container),
}

/// What `docker` writes of a container.
#[derive(Debug, Deserialize)]
pub(super) struct Container {
    id: String,
    image: String,
    port: u16,
    password: String,
}

/// All there are.
pub(super) fn all(config: &Config) -> Vec<Entry> {
    let mut entries = Vec::new();
    for base in Base::all(config) {
        for key in base.keys() {
            let clusters = base.clusters(&key).into_iter().map(Kind::Cluster);
            let container = container(&base, &key).map(Kind::Container);
            entries.extend(clusters.chain(container).map(|kind| Entry {
                base: base.clone(),
                key: key.clone(),
                kind,
            }));
        }
    }
    entries
}

/// Removes what is left of servers that have ended.
pub(super) async fn sweep(config: &Config) {
    for base in Base::all(config) {
        for key in base.keys() {
            // Why a container could not be started: it is tried again.
            drop(std::fs::remove_file(base.file(&key, "refused")));
            base.sweep(&key).await;
        }
    }
}

fn container(base: &Base, key: &str) -> Option<Container> {
    let text = std::fs::read_to_string(base.file(key, "docker")).ok()?;
    serde_json::from_str(&text).ok()
}

impl Entry {
    /// `None` for what has ended.
    pub(super) async fn status(&self) -> Option<Status> {
        let answer = match self.connect().await {
            Ok(mut connection) => facts::ask(&mut connection, self).await,
            Err(_) if !self.is_alive().await => return None,
            Err(error) => Err(error),
        };
        Some(Status {
            place: self.place(),
            origin: self.origin(),
            answer,
        })
    }

    /// A connection that counts as no use of the server.
    pub(super) async fn connect(&self) -> Result<PgConnection, String> {
        let options = self.url().and_then(|url| options(&url));
        let options = options.map_err(|error| error.to_string())?;
        connect_as(&options, idle::NO_USER)
            .await
            .map_err(|error| cause(&error))
    }

    pub(super) fn url(&self) -> Result<Url, SetupError> {
        match &self.kind {
            Kind::Cluster(cluster) => cluster.url(),
            Kind::Container(Container { port, password, .. }) => {
                let text = format!(
                    "postgres://perf_harness:{password}@127.0.0.1:{port}/postgres?sslmode=disable"
                );
                Url::parse(&text).map_err(|error| SetupError::system(self.place(), &error))
            }
        }
    }

    /// Is there still a process? Of a container only its answer tells.
    pub(super) async fn is_alive(&self) -> bool {
        match &self.kind {
            Kind::Cluster(cluster) => !cluster.is_dead().await,
            Kind::Container(_) => self.connect().await.is_ok(),
        }
    }

    pub(super) fn place(&self) -> String {
        match &self.kind {
            Kind::Cluster(cluster) => cluster.directory().display().to_string(),
            Kind::Container(container) => format!("127.0.0.1:{}", container.port),
        }
    }

    fn origin(&self) -> String {
        match &self.kind {
            Kind::Cluster(cluster) => match cluster.binaries() {
                Some(binaries) => format!("binaries in {}", binaries.display()),
                None => "binaries of this machine".to_owned(),
            },
            Kind::Container(Container { id, image, .. }) => {
                let short: String = id.chars().take(12).collect();
                format!("container {short} of {image}")
            }
        }
    }
}
