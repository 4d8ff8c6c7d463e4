//! Work that goes on when the recorded future has ended is waited for, for a while.

use std::time::Duration;

use tokio::runtime::Handle;

use crate::clock;
use crate::database::in_background_turn;
use crate::record::SharedLog;

/// How long it is waited for at most.
const LONGEST: Duration = Duration::from_secs(1);

/// While tasks live on that were not there before, nothing must have been sent for so long.
const QUIET: Duration = Duration::from_millis(20);

/// How often a look is taken.
const STEP: Duration = Duration::from_millis(1);

/// How often tasks that are ready get their turn.
const TURNS: usize = 8;

/// The tasks of this runtime that are alive. What is no task of it is not seen.
pub(super) fn tasks() -> usize {
    Handle::try_current().map_or(0, |runtime| runtime.metrics().num_alive_tasks())
}

/// Waits until no statement runs and no connection is being opened, and until the tasks that the work left behind have ended
/// or sent nothing for a while.
pub(super) async fn drained(log: &SharedLog, window: u64, tasks_before: usize) {
    let began = clock::now();
    let (mut seen, mut since) = (log.lock().seen(window), began);
    loop {
        settled().await;
        let (is_idle, now_seen) = {
            let log = log.lock();
            (log.is_idle(), log.seen(window))
        };
        let now = clock::now();
        let is_still = is_idle && now_seen == seen;
        if !is_still {
            (seen, since) = (now_seen, now);
        }
        let is_quiet = tasks() <= tasks_before || now.saturating_sub(since) >= QUIET;
        if is_still && is_quiet || now.saturating_sub(began) >= LONGEST {
            return;
        }
        // With nothing under way there is nothing to wait for: what came may have woken a task.
        if is_still || !is_idle {
            tokio::time::sleep(STEP).await;
        }
    }
}

/// What the test's tasks are ready to send is sent, and the recorder has seen it. Whatever the number of tasks: one that ended
/// meanwhile would hide one that began.
async fn settled() {
    for _ in 0..TURNS {
        tokio::task::yield_now().await;
    }
    in_background_turn().await;
}
