//! A statement that is on its way.

use std::future::poll_fn;
use std::ops::DerefMut;
use std::pin::pin;

use sqlx::{AssertSqlSafe, PgConnection};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Writes the statement to the connection's socket and waits for the answer in the background.
pub(super) async fn sent(
    sql: String,
    mut connection: impl DerefMut<Target = PgConnection> + Send + 'static,
) -> JoinHandle<sqlx::Result<()>> {
    let (sent, is_sent) = oneshot::channel();
    let answer = tokio::spawn(async move {
        let mut running = pin!(sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *connection));
        let mut sent = Some(sent);
        poll_fn(|context| {
            // The first poll writes.
            let polled = running.as_mut().poll(context);
            sent.take().map(|sent| sent.send(()));
            polled.map_ok(drop)
        })
        .await
    });
    // Who waits is told, or the task is gone with its runtime.
    drop(is_sent.await);
    answer
}
