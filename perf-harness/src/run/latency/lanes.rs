//! So many pieces of work at once, in one task.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

/// Waits for all of them. They run beside each other, on the thread that waits.
pub(super) async fn all<F: Future<Output = ()>>(work: Vec<F>) {
    let mut lanes: Vec<Option<Pin<Box<F>>>> =
        work.into_iter().map(|lane| Some(Box::pin(lane))).collect();
    poll_fn(|context| {
        for lane in &mut lanes {
            let is_done = lane
                .as_mut()
                .is_some_and(|lane| lane.as_mut().poll(context).is_ready());
            if is_done {
                *lane = None;
            }
        }
        if lanes.iter().all(Option::is_none) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
}
