//! What is remembered, and until when, without a database.

use std::sync::atomic::AtomicUsize;

use sea_orm::ConnAcquireErr;
use tokio::sync::oneshot;

use super::*;

const A_DAY: Duration = Duration::from_hours(24);

fn dashboards() -> Dashboards {
    Dashboards::new(A_DAY)
}

/// What the user is shown, if `fresh` is what would be read now.
async fn shown(dashboards: &Dashboards, user: i32, fresh: &str) -> String {
    let read = async { Ok(fresh.as_bytes().to_vec()) };
    let page = dashboards.page(user, "/".to_owned(), read).await.unwrap();
    String::from_utf8(page.body.to_vec()).unwrap()
}

async fn written(dashboards: &Dashboards, user: i32) {
    dashboards.write(user, async { Ok(()) }).await.unwrap();
}

fn unavailable() -> DbErr {
    DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)
}

#[tokio::test]
async fn a_page_is_remembered_by_user_and_url_until_the_user_writes() {
    let dashboards = dashboards();
    assert_eq!(shown(&dashboards, 1, "old").await, "old");
    assert_eq!(shown(&dashboards, 1, "new").await, "old");
    assert_eq!(shown(&dashboards, 2, "other").await, "other");
    let read = async { Ok(b"second".to_vec()) };
    let second = dashboards.page(1, "/?page=2".to_owned(), read).await;
    assert_eq!(second.unwrap().body, "second");
    written(&dashboards, 1).await;
    assert_eq!(shown(&dashboards, 1, "new").await, "new");
    assert_eq!(shown(&dashboards, 2, "new").await, "other");
}

#[tokio::test]
async fn a_page_that_was_read_before_a_write_is_not_found_after_it() {
    let dashboards = dashboards();
    let (send, slow) = oneshot::channel();
    let reader = tokio::spawn({
        let dashboards = dashboards.clone();
        async move {
            let read = async { Ok(slow.await.unwrap()) };
            dashboards.page(1, "/".to_owned(), read).await.unwrap()
        }
    });
    tokio::task::yield_now().await;
    written(&dashboards, 1).await;
    send.send(b"old".to_vec()).unwrap();
    assert_eq!(reader.await.unwrap().body, "old");
    assert_eq!(shown(&dashboards, 1, "new").await, "new");
}

#[tokio::test]
async fn a_write_that_failed_may_have_been_committed() {
    let dashboards = dashboards();
    assert_eq!(shown(&dashboards, 1, "old").await, "old");
    let failed = dashboards.write(1, async { Err::<(), _>(unavailable()) });
    assert_eq!(failed.await, Err(unavailable()));
    assert_eq!(shown(&dashboards, 1, "new").await, "new");
}

#[tokio::test]
#[should_panic(expected = "a mistake of ours")]
async fn a_write_that_panics_panics_where_it_was_asked_for() {
    let dashboards = dashboards();
    let write = dashboards.write::<()>(1, async { panic!("a mistake of ours") });
    drop(write.await);
}

#[tokio::test]
async fn a_write_is_carried_out_whoever_waits_for_it() {
    let dashboards = dashboards();
    let (commit, committed) = oneshot::channel::<()>();
    let (begun, has_begun) = oneshot::channel();
    let client = tokio::spawn({
        let dashboards = dashboards.clone();
        let statement = async {
            begun.send(()).unwrap();
            committed.await.unwrap();
            Ok(())
        };
        async move { dashboards.write(1, statement).await }
    });
    has_begun.await.unwrap();
    client.abort();
    assert!(client.await.unwrap_err().is_cancelled());
    // Nothing is committed yet, and what is read now is remembered for now.
    assert_eq!(shown(&dashboards, 1, "old").await, "old");
    assert_eq!(shown(&dashboards, 1, "older").await, "old");
    commit.send(()).unwrap();
    // The write's own task is the only other one.
    tokio::task::yield_now().await;
    assert_eq!(shown(&dashboards, 1, "new").await, "new");
}

#[tokio::test]
async fn requests_for_one_page_at_one_time_read_it_once() {
    let (dashboards, reads) = (dashboards(), Arc::new(AtomicUsize::new(0)));
    let readers: Vec<_> = (0..10)
        .map(|_| {
            let (dashboards, reads) = (dashboards.clone(), Arc::clone(&reads));
            tokio::spawn(async move {
                let read = async {
                    reads.fetch_add(1, Ordering::Relaxed);
                    tokio::task::yield_now().await;
                    Ok(b"page".to_vec())
                };
                dashboards.page(1, "/".to_owned(), read).await.unwrap().body
            })
        })
        .collect();
    for reader in readers {
        assert_eq!(reader.await.unwrap(), "page");
    }
    assert_eq!(reads.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_failure_is_told_and_not_remembered() {
    let dashboards = dashboards();
    let read = async { Err(unavailable()) };
    let failed = dashboards.page(1, "/".to_owned(), read).await;
    assert_eq!(failed.unwrap_err(), unavailable());
    assert_eq!(shown(&dashboards, 1, "new").await, "new");
}

#[tokio::test]
async fn a_user_whose_generation_was_forgotten_meets_no_old_page() {
    let dashboards = dashboards();
    assert_eq!(shown(&dashboards, 1, "first").await, "first");
    written(&dashboards, 1).await;
    assert_eq!(shown(&dashboards, 1, "second").await, "second");
    dashboards.generations.by_user.invalidate(&1);
    assert_eq!(shown(&dashboards, 1, "third").await, "third");
}

#[tokio::test]
async fn pages_make_room_by_their_bytes_and_the_old_ones_go_first() {
    let dashboards = Dashboards::holding(10_000, A_DAY);
    for number in 0..100 {
        let read = async { Ok(vec![b' '; 1_000]) };
        let url = format!("/?page_size={number}");
        dashboards.page(1, url, read).await.unwrap();
        dashboards.pages.run_pending_tasks().await;
        assert!(dashboards.pages.weighted_size() <= 10_000);
    }
    let mut kept: Vec<_> = dashboards
        .pages
        .iter()
        .map(|(key, _)| key.url.clone())
        .collect();
    kept.sort();
    assert_eq!(kept.first().unwrap(), "/?page_size=93");
    assert_eq!(kept.len(), 7);
}

#[tokio::test]
async fn with_no_time_to_live_nothing_is_remembered() {
    let dashboards = Dashboards::new(Duration::ZERO);
    assert_eq!(shown(&dashboards, 1, "old").await, "old");
    assert_eq!(shown(&dashboards, 1, "new").await, "new");
}

/// Or else a page that took long to read would show what it does not hold for as long as that beyond its time.
#[test]
fn a_page_lives_from_before_it_was_read() {
    let (asked_at, ttl) = (Instant::now(), Duration::from_mins(1));
    let key = Key {
        user: 1,
        generation: 0,
        url: "/".to_owned(),
    };
    let page = Page::new(Vec::new(), asked_at);
    for (read_for, left) in [(0, 60), (4, 56), (60, 0), (61, 0)] {
        let stored_at = asked_at + Duration::from_secs(read_for);
        let actual = TimeToLive(ttl).expire_after_create(&key, &page, stored_at);
        assert_eq!(actual, Some(Duration::from_secs(left)));
    }
}
