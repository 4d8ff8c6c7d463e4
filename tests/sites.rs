//! Call sites: taken on whatever thread of the test's runtime, and without a word to the program's own subscriber.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod child;

use std::io::Read as _;
use std::sync::Mutex;

use child::{Killed, ROLE, again};
use perf_harness::{PerfDb, PerfTest, Shape};
use sqlx::{Connection as _, PgConnection, PgPool};
use tokio::runtime::Builder;
use tracing::{Instrument as _, info, info_span};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;

async fn ask(pool: &PgPool, number: i32) -> i32 {
    let query = sqlx::query_scalar("SELECT $1::int4 AS asked_for_each");
    query.bind(number).fetch_one(pool).await.unwrap()
}

async fn ask_three(pool: &PgPool) {
    for number in 1..=3 {
        ask(pool, number).await;
    }
}

/// The functions on the path of the one shape that was asked for each value.
fn functions(shapes: &[Shape<'_>]) -> Vec<String> {
    assert_eq!(shapes.len(), 1, "{shapes:?}");
    let frames = shapes[0].path().map_or(&[][..], |path| path.frames());
    let names = frames
        .iter()
        .map(|frame| frame.function().unwrap().to_owned());
    names.collect()
}

/// Runs the loop in a recording, and gives the path that was found.
fn path_of(test: PerfTest, before: impl FnOnce(&PerfDb)) -> Vec<String> {
    let mut found = Vec::new();
    let end = test.run(async |db: PerfDb| {
        before(&db);
        let pool = db.pool();
        let recording = db.record(ask_three(&pool)).await;
        found = functions(&recording.repeated());
    });
    end.unwrap();
    found
}

/// The innermost places: what calls a test is its runner's.
fn check(found: &[String], test: &str) {
    assert_eq!(found[..2], ["ask", "ask_three"]);
    assert!(found.contains(&test.to_owned()), "{found:?}");
}

#[test]
fn a_path_leads_from_the_query_to_the_test() {
    let found = path_of(PerfTest::new("path"), |_| {});
    check(&found, "path_of");
}

#[test]
fn a_worker_thread_is_seen_as_well() {
    let mut found = Vec::new();
    let test = PerfTest::new("workers").multi_thread().worker_threads(2);
    let end = test.run(async |db: PerfDb| {
        let pool = db.pool();
        let task = async move { ask_three(&pool).await };
        let recording = db.record(tokio::spawn(task)).await;
        found = functions(&recording.repeated());
    });
    end.unwrap();
    // Who spawned the task is not on its stack.
    assert_eq!(found[..2], ["ask", "ask_three"]);
}

#[test]
fn a_line_of_the_path_is_where_it_says() {
    let mut places = Vec::new();
    let end = PerfTest::new("lines").run(async |db: PerfDb| {
        let pool = db.pool();
        let recording = db.record(ask_three(&pool)).await;
        let repeated = recording.repeated();
        let frames = repeated[0].path().unwrap().frames();
        places.extend(frames.iter().take(2).map(|frame| {
            let text = include_str!("sites.rs").lines();
            let line = |number: u32| text.clone().nth(number as usize - 1).unwrap().trim();
            (
                frame.file().display().to_string(),
                line(frame.line()),
                frame.in_loop().map(line),
            )
        }));
    });
    end.unwrap();
    let file = "tests/sites.rs".to_owned();
    assert_eq!(
        places,
        [
            (
                file.clone(),
                "query.bind(number).fetch_one(pool).await.unwrap()",
                None
            ),
            (
                file,
                "ask(pool, number).await;",
                Some("for number in 1..=3 {")
            ),
        ]
    );
}

#[test]
fn queries_of_a_thread_of_the_programs_own_are_counted_and_have_no_path() {
    let end = PerfTest::new("own_thread").run(async |db: PerfDb| {
        let (url, pool) = (db.url().to_owned(), db.pool());
        let work = async {
            let own = std::thread::spawn(move || {
                let runtime = Builder::new_current_thread().enable_all().build();
                runtime.unwrap().block_on(async {
                    let pool = PgPool::connect(&url).await.unwrap();
                    ask_three(&pool).await;
                });
            });
            tokio::task::spawn_blocking(|| own.join().unwrap())
                .await
                .unwrap();
            // One of the test's own threads is told of, and says nothing about the others.
            sqlx::query("SELECT 1").execute(&pool).await.unwrap();
        };
        let recording = db.record(work).await;
        let repeated = recording.repeated();
        assert_eq!((repeated.len(), repeated[0].count()), (1, 3));
        assert!(repeated[0].path().is_none());
        recording.check_no(perf_harness::Defect::NPlusOne);
    });
    let told = end.unwrap_err().to_string();
    assert!(
        told.contains("from where is not known: its driver told of none on the test's own threads"),
        "{told}"
    );
}

/// What a subscriber of the program's own heard: what was told, and the span that it was told in.
static HEARD: Mutex<Vec<String>> = Mutex::new(Vec::new());

struct Hears;

impl<S: tracing::Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Hears {
    fn on_event(&self, event: &tracing::Event<'_>, context: Context<'_, S>) {
        let span = context
            .event_span(event)
            .map_or("no span", |span| span.name());
        let heard = format!("{} in {span}", event.metadata().target());
        HEARD.lock().unwrap().push(heard);
    }
}

fn subscribe() {
    let quiet = tracing_subscriber::filter::Targets::new()
        .with_target("sites", tracing::Level::INFO)
        .with_target("sqlx::query", tracing::Level::DEBUG);
    tracing_subscriber::registry()
        .with(Hears.with_filter(quiet))
        .try_init()
        .unwrap();
}

/// In a process of its own: a subscriber for a process is set once.
fn alone(test: &str, role: impl FnOnce()) {
    if std::env::var(ROLE).is_ok() {
        return role();
    }
    let mut process = Killed(again(test, "alone").spawn().unwrap());
    let mut told = String::new();
    let output = process.0.stdout.as_mut().unwrap();
    output.read_to_string(&mut told).unwrap();
    assert!(process.0.wait().unwrap().success(), "{told}");
}

/// The test tells something within a span, and asks: all of it must be heard, and the path found.
fn is_heard(before: impl FnOnce()) {
    let mut before = Some(before);
    let end = PerfTest::new("heard").run(async |db: PerfDb| {
        before.take().unwrap()();
        let pool = db.pool();
        let work = async {
            info!("told");
            ask_three(&pool).await;
        };
        let recording = db.record(work.instrument(info_span!("work"))).await;
        check(&functions(&recording.repeated()), "is_heard");
    });
    end.unwrap();
    let heard = HEARD.lock().unwrap();
    let count = |what: &str| heard.iter().filter(|heard| *heard == what).count();
    assert_eq!(count("sites in work"), 1, "{heard:?}");
    assert_eq!(count("sqlx::query in work"), 3, "{heard:?}");
}

#[test]
fn a_subscriber_that_was_there_before_hears_everything() {
    alone(
        "a_subscriber_that_was_there_before_hears_everything",
        || {
            subscribe();
            is_heard(|| {});
        },
    );
}

#[test]
fn a_subscriber_that_comes_later_hears_everything() {
    alone("a_subscriber_that_comes_later_hears_everything", || {
        is_heard(subscribe);
    });
}

#[test]
fn a_sibling_thread_that_asks_first_hides_nothing() {
    alone("a_sibling_thread_that_asks_first_hides_nothing", || {
        let found = path_of(PerfTest::new("sibling"), |db| {
            let url = db.direct_url().to_owned();
            // It is the first of this process to meet what sqlx tells of its queries, and nobody listens there.
            let sibling = std::thread::spawn(move || {
                let runtime = Builder::new_current_thread().enable_all().build();
                runtime.unwrap().block_on(async {
                    let mut connection = PgConnection::connect(&url).await.unwrap();
                    sqlx::query("SELECT 1")
                        .execute(&mut connection)
                        .await
                        .unwrap();
                });
            });
            sibling.join().unwrap();
        });
        check(&found, "path_of");
    });
}
