//! Where the time of a piece of work goes, and what a network between the program and the database adds.

use std::time::Duration;

use perf_harness::{PerfDb, perf_test};

const PAUSE: Duration = Duration::from_millis(30);

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
