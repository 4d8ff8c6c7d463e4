//! A container with a server in it: how to reach it, to join it, and how it ends.

use std::io::ErrorKind;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use url::Url;

use super::refusal::Refusal;
use crate::error::SetupError;
use crate::postgres::idle::Joined;
use crate::postgres::url::{connect, options};
use crate::postgres::{cause, idle};

pub(super) const ROLE: &str = "perf_harness";
/// A directory in memory of our own: images of version 18 and later refuse a mount where older ones have their data.
pub(super) const MEMORY: &str = "/perf-harness";
pub(super) const DATA: &str = "/perf-harness/data";

/// How long a server that took the connection may take to answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// A container as it is announced to other processes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Container {
    /// Where its engine listens.
    pub(super) engine: String,
    pub(super) id: String,
    pub(super) image: String,
    /// On the loopback interface.
    pub(super) port: u16,
    pub(super) password: String,
}

impl Container {
    /// The URL of the administrative database. It names no host: `localhost` may also be `::1`, where nothing listens.
    pub(super) fn url(&self) -> Result<Url, SetupError> {
        let (password, port) = (&self.password, self.port);
        let text =
            format!("postgres://{ROLE}:{password}@127.0.0.1:{port}/postgres?sslmode=disable");
        Url::parse(&text).map_err(|error| self.failed("its URL", &error.to_string()))
    }

    /// A connection that keeps the server from stopping, or `None` when there is no server to join.
    pub(super) async fn join(&self) -> Result<Option<Joined>, SetupError> {
        let options = options(&self.url()?)?;
        let Ok(joined) = tokio::time::timeout(PATIENCE, idle::join(&options)).await else {
            return Err(self.failed("a connection", "it was taken and never answered"));
        };
        match joined {
            Err(error) if is_someone_else(&error) => Ok(None),
            joined => joined.map_err(|error| self.failed("a connection", &cause(&error))),
        }
    }

    /// Does nobody listen at its port? The engine does, on its own machine's loopback interface.
    pub(super) async fn is_refused(&self) -> Result<bool, SetupError> {
        let answer = connect(&options(&self.url()?)?).await;
        Ok(
            matches!(answer, Err(sqlx::Error::Io(error)) if error.kind() == ErrorKind::ConnectionRefused),
        )
    }

    /// Makes the server stop by itself after it was idle for so long. The engine removes what has stopped.
    pub(super) async fn watch(&self, after: Duration) -> Result<(), SetupError> {
        let stop = idle::stop_command(&format!("{DATA}/postmaster.pid"), "true");
        let watched = idle::watch(&options(&self.url()?)?, after, &stop, None).await;
        watched.map_err(|error| self.failed("its end", &cause(&error)))
    }

    fn failed(&self, step: &'static str, said: &str) -> SetupError {
        let image = &self.image;
        Refusal::Container { image, step, said }.into()
    }
}

/// The port is another server's or another program's by now.
fn is_someone_else(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Protocol(_) => true,
        // It knows another password, or no such role.
        sqlx::Error::Database(error) => matches!(error.code().as_deref(), Some("28P01" | "28000")),
        _ => false,
    }
}
