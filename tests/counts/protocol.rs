//! What the protocol has besides queries, spoken with a real server: versions, passwords, notifications.
#![expect(clippy::print_stdout, reason = "a skipped test says so")]

use perf_harness::{PerfDb, perf_test};
use sqlx::postgres::PgListener;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use url::Url;

use crate::authors;
use crate::server_log::ServerLog;

/// A connection on which this version of the protocol was asked for, with these parameters more.
async fn opened(url: &str, minor: u8, parameters: &str) -> TcpStream {
    let url = Url::parse(url).unwrap();
    let address = (url.host_str().unwrap(), url.port().unwrap());
    let mut socket = TcpStream::connect(address).await.unwrap();
    let (user, database) = (url.username(), url.path().trim_start_matches('/'));
    let body = format!("user\0{user}\0database\0{database}\0{parameters}\0");
    let length = u32::try_from(8 + body.len()).unwrap().to_be_bytes();
    let packet = [&length, &[0, 3, 0, minor], body.as_bytes()].concat();
    socket.write_all(&packet).await.unwrap();
    socket
}

/// The next message: its type byte and its body.
async fn message(socket: &mut TcpStream) -> (u8, Vec<u8>) {
    let tag = socket.read_u8().await.unwrap();
    let length = socket.read_u32().await.unwrap() as usize;
    let mut body = vec![0; length - 4];
    socket.read_exact(&mut body).await.unwrap();
    (tag, body)
}

#[perf_test]
async fn a_version_that_the_server_lacks_is_negotiated_with_it(db: PerfDb) {
    let work = db
        .record(async {
            let mut socket = opened(db.url(), 2, "_pq_.sugar\0yes\0").await;
            let (tag, body) = message(&mut socket).await;
            let option = String::from_utf8_lossy(&body).contains("_pq_.sugar");
            (tag, option, message(&mut socket).await.0)
        })
        .await;
    assert_eq!(work.output(), &(b'v', true, b'R'));
    let counts = work.counts();
    assert_eq!((counts.undecoded, counts.errors), (0, 0));
}

/// The recorded URL with this role, whose password is "right". The server keeps it for SCRAM, and so asks for SCRAM.
///
/// `None`, with the reason printed, on a server of the user's own that makes no such role or asks for no password.
async fn scram_url(db: &PerfDb, direct: &mut PgConnection, role: &str) -> Option<Url> {
    let create = format!(
        "SET password_encryption = 'scram-sha-256'; CREATE ROLE {role} LOGIN PASSWORD 'right'"
    );
    let created = sqlx::raw_sql(AssertSqlSafe(create)).execute(direct).await;
    let mut url = Url::parse(db.url()).unwrap();
    url.set_username(role).unwrap();
    url.set_password(Some("right")).unwrap();
    let asked = message(&mut opened(url.as_str(), 0, "").await).await;
    if created.is_ok() && asked == (b'R', b"\0\0\0\x0aSCRAM-SHA-256\0\0".to_vec()) {
        return Some(url);
    }
    let own = std::env::var("PERF_HARNESS_POSTGRES").is_ok_and(|value| value.contains("://"));
    assert!(
        own,
        "a server of the harness's asks for SCRAM: {created:?} {asked:?}"
    );
    println!("skipped: this server asks for no SCRAM: {created:?}");
    None
}

#[perf_test]
async fn a_password_is_proven_by_scram(db: PerfDb) {
    let mut direct = PgConnection::connect(db.direct_url()).await.unwrap();
    let role = format!("scram_{}", std::process::id());
    let Some(right) = scram_url(&db, &mut direct, &role).await else {
        return;
    };
    let mut wrong = right.clone();
    wrong.set_password(Some("wrong")).unwrap();
    let work = db
        .record(async {
            let mut connection = PgConnection::connect(right.as_str()).await?;
            sqlx::query("SELECT 1").execute(&mut connection).await?;
            connection.close().await?;
            Ok::<_, sqlx::Error>(PgConnection::connect(wrong.as_str()).await.err())
        })
        .await;
    let drop = format!("DROP ROLE {role}");
    let dropped = sqlx::raw_sql(AssertSqlSafe(drop));
    dropped.execute(&mut direct).await.unwrap();
    let refused = work.output().as_ref().unwrap().as_ref().unwrap();
    let error = refused.as_database_error().unwrap();
    assert_eq!(error.code().as_deref(), Some("28P01"));
    let counts = work.counts();
    let counted = (counts.connects, counts.queries, counts.errors);
    assert_eq!((counted, counts.undecoded), ((1, 1, 1), 0));
}

#[perf_test(template = authors)]
async fn a_notification_reaches_who_listens(db: PerfDb) {
    let Some(log) = ServerLog::of(&db).await else {
        return;
    };
    let work = db
        .record(async {
            let mut listener = PgListener::connect(db.url()).await.unwrap();
            listener.listen("news").await.unwrap();
            let mut speaker = PgConnection::connect(db.url()).await.unwrap();
            sqlx::query("SELECT pg_notify('news', 'hot')")
                .execute(&mut speaker)
                .await
                .unwrap();
            let heard = listener.recv().await.unwrap().payload().to_owned();
            // Dropped, it would have one thing more to say.
            (heard, listener)
        })
        .await;
    assert_eq!(work.output().0, "hot");
    log.agrees_with(&work).await;
}
