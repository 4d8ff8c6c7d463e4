//! The dashboards that were answered lately: a page as it was sent, by its user and its URL.
//!
//! Each user has a generation, a number that no user had before. A page is kept under the generation that held before it
//! was read, and a write gives its user a new one once it is committed. So a page that was read before a write may
//! still be stored after it, but is never found: no lock, and a read never waits for a write.

use std::{
    panic::resume_unwind,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{body::Bytes, http::HeaderValue};
use moka::{Expiry, future::Cache, policy::EvictionPolicy};
use sea_orm::DbErr;
use tracing::Instrument as _;

use super::conditional::etag;

/// As much as is remembered, in bytes.
const MOST_BYTES: u64 = 64 * 1024 * 1024;
/// What a page costs besides its own bytes and those of its URL.
const OVERHEAD: usize = 256;
/// As many users have a generation at once. Who has none gets a new one, and none of the pages from before.
const MOST_USERS: u64 = 100_000;

/// The pages and the generations of all users. Clones share them.
#[derive(Debug, Clone)]
pub(crate) struct Dashboards {
    pages: Cache<Key, Page>,
    generations: Generations,
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Key {
    user: i32,
    generation: u64,
    url: String,
}

/// A dashboard as it is sent.
#[derive(Debug, Clone)]
pub(super) struct Page {
    pub(super) body: Bytes,
    pub(super) etag: HeaderValue,
    /// Before it was read.
    asked_at: Instant,
}

impl Dashboards {
    pub(crate) fn new(ttl: Duration) -> Self {
        Self::holding(MOST_BYTES, ttl)
    }

    /// What was used longest ago makes room. moka's own policy would keep what is used often: the pages of old generations.
    fn holding(most_bytes: u64, ttl: Duration) -> Self {
        let pages = Cache::builder()
            .max_capacity(most_bytes)
            .weigher(weight)
            .eviction_policy(EvictionPolicy::lru())
            .expire_after(TimeToLive(ttl))
            .build();
        Self {
            pages,
            generations: Generations::new(MOST_USERS),
        }
    }

    /// The page that is remembered, or else the one that is read. Requests for the same page at the same time read it once.
    pub(super) async fn page(
        &self,
        user: i32,
        url: String,
        read: impl Future<Output = Result<Vec<u8>, DbErr>>,
    ) -> Result<Page, DbErr> {
        let key = Key {
            user,
            // Before anything is read: what is written from now on is not in the page.
            generation: self.generations.current(user),
            url,
        };
        let read = async {
            let asked_at = Instant::now();
            Ok(Page::new(read.await?, asked_at))
        };
        let page = self.pages.try_get_with(key, read).await;
        page.map_err(|error: Arc<DbErr>| DbErr::clone(&error))
    }

    /// Carries a write out, to its end: whoever asked for it may be gone by then, and what they sent is on its way to
    /// the database. When this returns, no page from before the write is found any more.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        user: i32,
        statement: impl Future<Output = Result<T, DbErr>> + Send + 'static,
    ) -> Result<T, DbErr> {
        let write = Write {
            generations: self.generations.clone(),
            user,
        };
        let task = tokio::spawn(
            async move {
                let _ends_after_the_statement = write;
                statement.await
            }
            .in_current_span(),
        );
        match task.await {
            Ok(written) => written,
            Err(stopped) => match stopped.try_into_panic() {
                Ok(panic) => resume_unwind(panic),
                Err(_) => Err(DbErr::Custom("the runtime is shutting down".to_owned())),
            },
        }
    }
}

impl Page {
    fn new(body: Vec<u8>, asked_at: Instant) -> Self {
        Self {
            etag: etag(&body),
            // A vector's spare room would be kept along.
            body: Bytes::from(body.into_boxed_slice()),
            asked_at,
        }
    }
}

fn weight(key: &Key, page: &Page) -> u32 {
    let bytes = key.url.len() + page.body.len() + OVERHEAD;
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

/// From before the page was read on, not from when it was stored: a write by another process is seen so long after it at
/// the latest.
#[derive(Debug)]
struct TimeToLive(Duration);

impl Expiry<Key, Page> for TimeToLive {
    fn expire_after_create(&self, _: &Key, page: &Page, stored_at: Instant) -> Option<Duration> {
        let age = stored_at.saturating_duration_since(page.asked_at);
        Some(self.0.saturating_sub(age))
    }
}

/// The generation of each user.
#[derive(Debug, Clone)]
struct Generations {
    by_user: moka::sync::Cache<i32, u64>,
    /// No number is given out twice, so that a user whose generation was forgotten meets none of their old pages.
    last: Arc<AtomicU64>,
}

impl Generations {
    fn new(most_users: u64) -> Self {
        Self {
            by_user: moka::sync::Cache::builder()
                .max_capacity(most_users)
                .eviction_policy(EvictionPolicy::lru())
                .build(),
            last: Arc::default(),
        }
    }

    fn current(&self, user: i32) -> u64 {
        self.by_user.get_with(user, || self.next())
    }

    fn begin(&self, user: i32) {
        self.by_user.insert(user, self.next());
    }

    fn next(&self) -> u64 {
        self.last.fetch_add(1, Ordering::Relaxed)
    }
}

/// A write under way. Its user's next generation begins when it is over, however it ends: one that failed may have been
/// committed all the same.
#[derive(Debug)]
struct Write {
    generations: Generations,
    user: i32,
}

impl Drop for Write {
    fn drop(&mut self) {
        self.generations.begin(self.user);
    }
}

#[cfg(test)]
mod tests;
