//! The processes of the server that answer a test, and how long they wait for a processor.

use std::collections::HashMap;
use std::sync::PoisonError;
use std::time::Duration;

use tokio::sync::Mutex;
use url::Url;

use crate::clock;
use crate::database::{Busy, Sessions};
use crate::error::SetupError;
use crate::machine::Backend;

/// A pool may connect anew at any time, so they are looked for so often.
const OFTEN: Duration = Duration::from_millis(200);

/// The server of one test.
#[derive(Debug)]
pub(super) struct Server {
    sessions: Mutex<Sessions>,
    seen: std::sync::Mutex<Seen>,
}

/// Its processes by their numbers, with what each had waited when it was found.
#[derive(Debug, Default)]
struct Seen {
    backends: HashMap<u32, (Backend, Duration)>,
    /// Why nothing is known of one of them.
    unseen: Option<String>,
    at: Duration,
}

impl Server {
    pub(super) async fn of(direct: &Url) -> Result<Self, SetupError> {
        let server = Self {
            sessions: Mutex::new(Sessions::of(direct).await?),
            seen: std::sync::Mutex::default(),
        };
        server.look().await;
        Ok(server)
    }

    /// How long all of them have waited, each since it was found. It never falls.
    pub(super) fn waited(&self) -> Duration {
        let seen = self.lock();
        let each = seen.backends.values();
        each.map(|(backend, before)| backend.waited().saturating_sub(*before))
            .sum()
    }

    /// Why what some of them waited is not known.
    pub(super) fn unseen(&self) -> Option<String> {
        self.lock().unseen.clone()
    }

    /// Looks for new ones, if it was not done lately.
    pub(super) async fn look_again(&self) {
        let since = clock::now().saturating_sub(self.lock().at);
        if since >= OFTEN {
            self.look().await;
        }
    }

    /// Those that are not at rest, as far as it can be told.
    pub(super) async fn busy(&self) -> Vec<Busy> {
        self.sessions.lock().await.busy().await.unwrap_or_default()
    }

    async fn look(&self) {
        // Where several runs are under way one of them looks.
        let Ok(mut sessions) = self.sessions.try_lock() else {
            return;
        };
        let found = sessions.backends().await;
        let mut seen = self.lock();
        seen.at = clock::now();
        for pid in found.unwrap_or_default() {
            if seen.backends.contains_key(&pid) {
                continue;
            }
            match Backend::of(pid, &sessions.database) {
                Ok(backend) => {
                    let before = backend.waited();
                    seen.backends.insert(pid, (backend, before));
                }
                Err(why) => seen.unseen = Some(why.to_string()),
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
