//! Copies of a template made ahead of time: a test claims one by renaming it, and another takes its place.
//!
//! On a server of ours only: what waits there ends with the server.

use std::collections::HashMap;
use std::num::NonZero;
use std::thread::available_parallelism;

use tokio::sync::Mutex;

use super::admin::{Admin, failed};
use super::name;
use crate::error::SetupError;

/// What came of it that a test wanted a copy that waits.
pub(super) struct Claim {
    /// Does the copy have the test's name now?
    pub(super) is_given: bool,
    /// What is to be made for those that come next.
    pub(super) refill: Refill,
}

/// Gives a waiting copy of the template this name, if there is one.
pub(super) async fn claim(
    admin: &Admin,
    template: &str,
    database: &str,
) -> Result<Claim, SetupError> {
    let waiting = waiting(admin, &name::ready_prefix(&admin.place, template)).await?;
    let mut is_given = false;
    for copy in start_anywhere(&waiting, name::lock_key(database)) {
        let renamed = admin.rename(copy, database).await;
        is_given = renamed.map_err(|error| failed(database, "claimed", &error))?;
        if is_given {
            break;
        }
    }
    let refill = Refill {
        template: template.to_owned(),
        replaces: is_given,
        was_last: is_given && waiting.len() == 1,
    };
    Ok(Claim { is_given, refill })
}

/// The room that the copies of one template may take while they wait.
const ROOM: u64 = 512 << 20;

/// How many copies of a template of this size wait at most: for each processor one that is claimed and one that is made,
/// as far as there is room.
fn most(size: u64) -> usize {
    let fitting = usize::try_from(ROOM / size.max(1)).unwrap_or(usize::MAX);
    (2 * processors()).min(fitting)
}

fn processors() -> usize {
    available_parallelism().map_or(2, NonZero::get)
}

/// The oldest first.
async fn waiting(admin: &Admin, prefix: &str) -> Result<Vec<String>, SetupError> {
    let found = admin.databases(prefix).await;
    let found = found.map_err(|error| failed(prefix, "looked for", &error))?;
    Ok(found.into_iter().map(|(copy, _)| copy).collect())
}

/// All of them, each claimer from a place of its own: they should not fight for the first.
fn start_anywhere(copies: &[String], seed: i64) -> impl Iterator<Item = &String> {
    let start = usize::try_from(seed.unsigned_abs()).unwrap_or_default() % copies.len().max(1);
    copies[start..].iter().chain(&copies[..start])
}

/// How many copies of all templates wait at most, for each processor.
const ALL: usize = 16;

/// Copies to be made for the next tests. Should that fail, they make their own.
#[derive(Debug)]
pub(super) struct Refill {
    template: String,
    /// One that waited was claimed: one more in its place is not one too many.
    replaces: bool,
    was_last: bool,
}

/// One at a time: two that look at the same moment would both find room for one more.
static FILLING: Mutex<()> = Mutex::const_new(());

impl Refill {
    /// While tests run, in a process of many: one for one that was claimed, two where it was the last.
    pub(super) async fn all(self, admin: &Admin) -> Result<(), SetupError> {
        let _alone = FILLING.lock().await;
        for _ in 0..if self.was_last { 2 } else { 1 } {
            if !has_room(admin, &self.template).await? {
                break;
            }
            make(admin, &self.template).await?;
        }
        Ok(())
    }

    /// The last thing that a process of one test does: the server finishes it, and nobody waits.
    pub(super) async fn one(self, admin: &'static Admin) -> Result<(), SetupError> {
        let _alone = FILLING.lock().await;
        let template = &self.template;
        if !self.replaces && !has_room(admin, template).await? {
            return Ok(());
        }
        if has_settings(admin, template).await? {
            return make(admin, template).await;
        }
        let copy = name::of_ready(&admin.place, template);
        let created = admin.begin(admin.create_statement(&copy, template)).await;
        created
            .map(drop)
            .map_err(|error| failed(&copy, "created", &error))
    }
}

/// May one more copy of this template wait? The oldest one of another goes where all together are too many.
async fn has_room(admin: &Admin, template: &str) -> Result<bool, SetupError> {
    let size = size(admin, template).await;
    let most = most(size.map_err(|error| failed(template, "measured", &error))?);
    let all = waiting(admin, &name::all_ready(&admin.place)).await?;
    let prefix = name::ready_prefix(&admin.place, template);
    let (ours, others): (Vec<_>, Vec<_>) = all.iter().partition(|copy| copy.starts_with(&prefix));
    if ours.len() >= most {
        return Ok(false);
    }
    if let Some(oldest) = others.first().filter(|_| all.len() >= ALL * processors()) {
        // Of a template that nobody asked for as lately.
        drop(admin.execute(drop_waiting(oldest)).await);
    }
    Ok(true)
}

/// Of a template, which does not change: asked for once.
async fn size(admin: &Admin, template: &str) -> sqlx::Result<u64> {
    static KNOWN: Mutex<Option<HashMap<String, u64>>> = Mutex::const_new(None);
    let mut known = KNOWN.lock().await;
    let known = known.get_or_insert_default();
    if let Some(size) = known.get(template) {
        return Ok(*size);
    }
    let size = admin.size(template).await?;
    known.insert(template.to_owned(), size);
    Ok(size)
}

async fn has_settings(admin: &Admin, template: &str) -> Result<bool, SetupError> {
    let settings = admin.settings(template).await;
    settings
        .map(|settings| !settings.is_empty())
        .map_err(|error| failed(template, "read", &error))
}

/// Makes one that waits. It gets its name when it has the template's settings: from then on it may be claimed.
async fn make(admin: &Admin, template: &str) -> Result<(), SetupError> {
    let copy = name::of_ready(&admin.place, template);
    if !has_settings(admin, template).await? {
        return admin.create_database(&copy, template).await;
    }
    let unfinished = name::of_clone(&admin.place, &copy);
    admin.try_lease(&unfinished).await?;
    let made = admin.create_database(&unfinished, template).await;
    let named = match made {
        Ok(()) => admin.rename(&unfinished, &copy).await.map(drop),
        // Should it be there, it has no lease soon, and the next process drops it.
        Err(error) => return admin.release(&unfinished).await.and(Err(error)),
    };
    admin.release(&unfinished).await?;
    named.map_err(|error| failed(&copy, "named", &error))
}

/// Nobody is connected to a copy that waits; one that was claimed meanwhile has another name.
fn drop_waiting(copy: &str) -> String {
    format!("DROP DATABASE IF EXISTS \"{copy}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn big_templates_have_fewer_copies_waiting() {
        assert_eq!(most(200 << 20), 2);
        assert_eq!(most(600 << 20), 0);
        assert!(most(0) >= 2 && most(8 << 20) == most(0).min(64));
    }

    #[test]
    fn every_copy_is_tried_once_wherever_one_starts() {
        let copies = ["a", "b", "c"].map(str::to_owned);
        for seed in [0, 1, 2, -7, i64::MIN] {
            let mut tried: Vec<&String> = start_anywhere(&copies, seed).collect();
            assert_eq!(tried.len(), 3);
            tried.sort();
            tried.dedup();
            assert_eq!(tried.len(), 3, "{seed}");
        }
        assert_eq!(start_anywhere(&[], 5).count(), 0);
    }
}
