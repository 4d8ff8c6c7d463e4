//! Copies of a template made ahead of time: a test claims one by renaming it, and another takes its place meanwhile.
//!
//! On a server of ours only: what waits there ends with the server.

use std::num::NonZero;
use std::thread::available_parallelism;

use tokio::sync::Mutex;

use super::admin::{Admin, failed};
use super::name;
use crate::error::SetupError;

/// Gives a waiting copy of the template this name, if there is one. Others are made in the background: one for one
/// that was claimed, two where it was the last.
pub(super) async fn claim(
    admin: &'static Admin,
    template: &str,
    database: &str,
) -> Result<bool, SetupError> {
    if !admin.server.ours {
        return Ok(false);
    }
    let waiting = waiting(admin, &name::ready_prefix(&admin.place, template)).await?;
    let mut claimed = false;
    for copy in start_anywhere(&waiting, name::lock_key(database)) {
        let renamed = admin.rename(copy, database).await;
        claimed = renamed.map_err(|error| failed(database, "claimed", &error))?;
        if claimed {
            break;
        }
    }
    let more = if claimed && waiting.len() == 1 { 2 } else { 1 };
    tokio::spawn(fill(admin, template.to_owned(), more));
    Ok(claimed)
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

/// Should it fail, the next test makes its own copy.
async fn fill(admin: &'static Admin, template: String, more: usize) -> Result<(), SetupError> {
    // One at a time: two that look at the same moment would both find room for one more.
    static FILLING: Mutex<()> = Mutex::const_new(());
    let _alone = FILLING.lock().await;
    let size = admin.size(&template).await;
    let most = most(size.map_err(|error| failed(&template, "measured", &error))?);
    let prefix = name::ready_prefix(&admin.place, &template);
    for _ in 0..more {
        let all = waiting(admin, &name::all_ready(&admin.place)).await?;
        let (ours, others): (Vec<_>, Vec<_>) =
            all.iter().partition(|copy| copy.starts_with(&prefix));
        if ours.len() >= most {
            break;
        }
        if let Some(oldest) = others.first().filter(|_| all.len() >= ALL * processors()) {
            // Of a template that nobody asked for as lately.
            drop(admin.execute(drop_waiting(oldest)).await);
        }
        let copy = name::of_ready(&admin.place, &template);
        admin.create_database(&copy, &template).await?;
    }
    Ok(())
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
