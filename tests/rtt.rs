//! What a network between the program and the database adds, and where the time of a piece of work goes.
//!
//! Times have lower bounds only: a busy machine makes them longer.

use std::time::Duration;

use futures::future::join_all;
use perf_harness::{PerfDb, PerfTest, Recording, TimeSpent, assert_max_queries, perf_test};
use sqlx::{Connection as _, Executor as _, PgConnection, PgPool};
use tokio_postgres::NoTls;

const PAUSE: Duration = Duration::from_millis(30);
const RTT: Duration = Duration::from_millis(2);
const MIB: usize = 1 << 20;

async fn hundred_queries(url: &str) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect(url).await?;
    for number in 0..100 {
        let one = sqlx::query_scalar("SELECT $1::int4").bind(number);
        let answer: i32 = one.fetch_one(&mut connection).await?;
        assert_eq!(answer, number);
    }
    connection.close().await
}

#[perf_test]
async fn a_hundred_queries_cost_a_hundred_round_trips_and_are_counted_as_ever(
    db: PerfDb,
) -> Result<(), Box<dyn std::error::Error>> {
    let near = db.record(hundred_queries(db.url())).await.transpose()?;
    let far = db.with_rtt(RTT).await?;
    assert_eq!((far.rtt(), far.is_recorded()), (Some(RTT), true));
    let over = far.record(hundred_queries(far.url())).await.transpose()?;
    assert!(over.counts().round_trips >= 100);
    assert!(over.traffic().elapsed() >= 100 * RTT);
    assert!(over.traffic().time().on_wire >= 100 * RTT);
    assert_eq!(near.traffic().time().on_wire, Duration::ZERO);
    assert_eq!(over.counts(), near.counts());
    Ok(())
}

#[perf_test(rtt = 2ms)]
async fn a_pipeline_costs_fewer_round_trips_than_it_has_statements(
    db: PerfDb,
) -> Result<(), tokio_postgres::Error> {
    assert_eq!(db.rtt(), Some(RTT));
    let (client, connection) = tokio_postgres::connect(db.url(), NoTls).await?;
    tokio::spawn(connection);
    let statement = client.prepare("SELECT $1::int4").await?;
    let work = join_all((0..100).map(|number| {
        let (client, statement) = (&client, &statement);
        async move {
            client
                .query_one(statement, &[&number])
                .await
                .unwrap()
                .get::<_, i32>(0)
        }
    }));
    let work = db.record(work).await;
    assert_eq!(*work.output(), (0..100).collect::<Vec<_>>());
    assert_eq!(work.counts().queries, 100);
    assert!(work.counts().round_trips < 50, "{:?}", work.counts());
    assert!(work.traffic().elapsed() >= RTT);
    Ok(())
}

#[perf_test(rtt = 20ms)]
async fn much_passes_both_ways(db: PerfDb) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect(db.url()).await?;
    let much = "x".repeat(64 * MIB);
    let echo = sqlx::query_scalar("SELECT $1::text").bind(&much);
    let echo = db.record(echo.fetch_one(&mut connection)).await;
    let echo: Recording<String> = echo.transpose()?;
    assert!(*echo.output() == much);
    let least = u64::try_from(64 * MIB).unwrap();
    assert!(echo.counts().bytes_sent > least && echo.counts().bytes_received > least);
    Ok(())
}

#[perf_test(plans, rtt = 500us)]
async fn plans_that_ran_are_told_over_a_network_too(db: PerfDb) -> Result<(), sqlx::Error> {
    if let Some(why) = db.without_plans() {
        println!("skipped: plans_that_ran_are_told_over_a_network_too: {why}");
        return Ok(());
    }
    let pool = db.pool();
    let one = sqlx::query("SELECT count(*) FROM pg_class").fetch_one(&pool);
    let one = db.record(one).await.transpose()?;
    let query = one.queries().next().unwrap();
    assert!(query.executed_plan().is_some());
    assert_eq!(one.counts().queries, 1);
    Ok(())
}

#[perf_test]
async fn both_ways_to_a_database_are_in_one_recording_and_copies_of_it_are_as_far(
    db: PerfDb,
) -> Result<(), Box<dyn std::error::Error>> {
    let far = db.with_rtt(RTT).await?;
    let (near_pool, far_pool) = (db.pool(), far.pool());
    let both = db.record(async {
        near_pool.execute("CREATE TABLE t ()").await?;
        far_pool.execute("SELECT FROM t").await
    });
    let both = both.await.transpose()?;
    assert_eq!(both.counts().queries, 2);
    let copy = far.another().await?;
    assert_eq!(copy.rtt(), Some(RTT));
    let unrecorded = far.unrecorded();
    assert_eq!(unrecorded.url(), db.direct_url());
    assert_eq!((unrecorded.rtt(), unrecorded.is_recorded()), (None, false));
    assert!(!unrecorded.another().await?.is_recorded());
    assert_eq!(db.rtt(), None);
    Ok(())
}

#[test]
fn what_is_asserted_of_an_unrecorded_database_is_an_error() {
    let test = PerfTest::new("unrecorded").run(async |db: PerfDb| {
        let db = db.unrecorded();
        let pool = db.pool();
        let one = db.record(pool.execute("SELECT 1")).await.transpose();
        let one = one.expect("an answer");
        assert_max_queries!(one, 1);
    });
    let told = test.expect_err("nothing was seen").to_string();
    assert!(
        told.contains(
            "a recording of an unrecorded database, so `assert_max_queries!(one, 1)` was not tested"
        ),
        "{told}"
    );
    assert!(told.contains("db.unrecorded() is for time alone"), "{told}");
}

#[test]
fn a_round_trip_takes_more_than_nothing_and_at_most_ten_seconds() {
    for rtt in [Duration::ZERO, Duration::from_millis(10_001)] {
        let test = PerfTest::new("too_far").rtt(rtt).run(async |_: PerfDb| ());
        let told = test.expect_err("no such network").to_string();
        assert!(
            told.contains("is not more than nothing and at most ten seconds"),
            "{told}"
        );
        let test = PerfTest::new("too_far").run(async |db: PerfDb| {
            let refused = db.with_rtt(rtt).await.expect_err("no such network");
            assert!(refused.to_string().contains("not more than nothing"));
        });
        test.expect("a test that fails in no other way");
    }
}

#[perf_test]
async fn a_transaction_that_waits_for_the_program_is_idle(db: PerfDb) -> Result<(), sqlx::Error> {
    let pool = db.pool();
    let held = async {
        let mut transaction = pool.begin().await?;
        sqlx::query("SELECT 1").execute(&mut *transaction).await?;
        tokio::time::sleep(PAUSE).await;
        sqlx::query("SELECT 2").execute(&mut *transaction).await?;
        transaction.commit().await
    };
    let held = db.record(held).await.transpose()?;
    assert!(held.traffic().idle_in_transaction() >= PAUSE);
    assert!(held.traffic().longest_idle_in_transaction() >= PAUSE);
    let outside = async {
        sqlx::query("SELECT 1").execute(&pool).await?;
        tokio::time::sleep(PAUSE).await;
        sqlx::query("SELECT 2").execute(&pool).await
    };
    let outside = db.record(outside).await.transpose()?;
    assert_eq!(outside.traffic().idle_in_transaction(), Duration::ZERO);
    Ok(())
}

/// The parts are the whole.
fn time<T>(recording: &Recording<T>) -> TimeSpent {
    let time = recording.traffic().time();
    let TimeSpent {
        elapsed,
        in_database,
        on_wire,
        connecting,
        waiting_for_pool,
        in_service,
        ..
    } = time;
    let parts = [
        in_database,
        on_wire,
        connecting,
        waiting_for_pool.unwrap_or_default(),
        in_service,
    ];
    assert_eq!(parts.iter().sum::<Duration>(), elapsed);
    time
}

#[perf_test]
async fn the_time_is_where_it_was_spent(db: PerfDb) -> Result<(), Box<dyn std::error::Error>> {
    // A pool of more may open another one before the first is back.
    let one = sqlx::postgres::PgPoolOptions::new().max_connections(1);
    let pool = one.connect(db.url()).await?;
    pool.execute("SELECT 1").await?;
    let slow = db
        .record(pool.execute("SELECT pg_sleep(0.05)"))
        .await
        .transpose()?;
    let slow = time(&slow);
    assert!(slow.in_database >= Duration::from_millis(50));
    assert_eq!(
        (slow.on_wire, slow.connecting),
        (Duration::ZERO, Duration::ZERO)
    );
    let mut held = pool.acquire().await?;
    let busy = db.record(async {
        held.execute("SELECT 1").await?;
        tokio::time::sleep(PAUSE).await;
        held.execute("SELECT 1").await
    });
    let busy = time(&busy.await.transpose()?);
    assert!(busy.in_service >= PAUSE);
    drop(held);
    // The pool pings what comes back to it: what the database does meanwhile would count for that.
    pool.close().await;
    let far = db.with_rtt(RTT).await?;
    let over = db.record(PgConnection::connect(far.url())).await;
    // The connection, the start-up packet, and a password's exchanges where one is asked for.
    let over = time(&over.transpose()?);
    assert!(over.connecting >= 2 * RTT);
    assert_eq!(over.waiting_for_connection(), None, "no pool told");
    Ok(())
}

/// Who wants its only connection waits until the one who has it lets it go.
async fn waits(db: &PerfDb, pool: PgPool) -> Result<TimeSpent, sqlx::Error> {
    let mut held = pool.acquire().await?;
    held.execute("SELECT 1").await?;
    let holds = tokio::spawn(async move {
        tokio::time::sleep(PAUSE).await;
        drop(held);
    });
    let waits = db.record(pool.execute("SELECT 2")).await.transpose()?;
    holds.await.expect("it sleeps");
    Ok(time(&waits))
}

#[perf_test]
async fn waiting_for_a_pool_is_told_where_the_pool_tells(db: PerfDb) -> Result<(), sqlx::Error> {
    let one = || sqlx::postgres::PgPoolOptions::new().max_connections(1);
    let telling = one().acquire_time_level("debug".parse().expect("a level"));
    let told = waits(&db, telling.connect(db.url()).await?).await?;
    // On one thread the other task begins to sleep when this one waits.
    assert!(told.waiting_for_connection() >= Some(PAUSE));
    let silent = waits(&db, one().connect(db.url()).await?).await?;
    assert_eq!(silent.waiting_for_connection(), None);
    assert!(silent.in_service >= PAUSE);
    let pool = db.pool();
    let of_ours = db.record(pool.execute("SELECT 1")).await.transpose()?;
    assert!(time(&of_ours).waiting_for_pool.is_some());
    Ok(())
}
