//! The database is gone, and comes back.

use std::net::SocketAddr;

use axum::http::{
    StatusCode,
    header::{ETAG, IF_NONE_MATCH, RETRY_AFTER},
};
use example_service::{router, seed};
use perf_harness::{PerfDb, perf_test};
use sea_orm::Database;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
};

use super::hundred_dashboards;
use crate::app::{Answer, App};

/// A line to the database that can be cut. While it is, a connection ends as soon as it has begun.
struct Line {
    address: SocketAddr,
    is_whole: watch::Sender<bool>,
}

impl Line {
    /// To the host and port of this URL.
    async fn to(database: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (is_whole, whole) = watch::channel(true);
        tokio::spawn(async move {
            loop {
                let (client, _) = listener.accept().await.unwrap();
                tokio::spawn(connect(client, database.clone(), whole.clone()));
            }
        });
        Self { address, is_whole }
    }

    fn cut(&self) {
        self.is_whole.send(false).unwrap();
    }

    fn mend(&self) {
        self.is_whole.send(true).unwrap();
    }
}

async fn connect(mut client: TcpStream, database: String, mut whole: watch::Receiver<bool>) {
    let talk = async {
        let mut server = TcpStream::connect(&database).await?;
        copy_bidirectional(&mut client, &mut server).await
    };
    tokio::select! {
        biased;
        _ = whole.wait_for(|is_whole| !is_whole) => {}
        // Whichever end breaks it off.
        _ = talk => {}
    }
}

/// The host and port of a URL with a user.
fn host(url: &str) -> &str {
    let (_, rest) = url.split_once('@').unwrap();
    rest.split_once('/').unwrap().0
}

fn check_unavailable(answer: &Answer) {
    assert_eq!(
        answer.status,
        StatusCode::SERVICE_UNAVAILABLE,
        "{}",
        answer.body
    );
    assert_eq!(answer.headers[RETRY_AFTER], "1");
    let told = r#"{"detail":"Service temporarily unavailable, try again later."}"#;
    assert_eq!(answer.body, told);
}

#[perf_test(template = hundred_dashboards)]
async fn what_is_remembered_is_answered_while_the_database_is_gone_and_all_else_when_it_is_back(
    db: PerfDb,
) {
    let line = Line::to(host(db.url()).to_owned()).await;
    let url = db
        .url()
        .replacen(host(db.url()), &line.address.to_string(), 1);
    let app = App::new(router(Database::connect(url).await.unwrap()));
    let app = app.with_token(&seed::token_of(1));
    let first = app.get("/api/dashboard/").await;
    assert_eq!(first.results().len(), 20);

    line.cut();
    let again = app.get("/api/dashboard/").await;
    assert_eq!((again.status, &again.body), (StatusCode::OK, &first.body));
    let etag = first.headers[ETAG].to_str().unwrap();
    let same = app
        .with_header(IF_NONE_MATCH, etag)
        .get("/api/dashboard/")
        .await;
    assert_eq!(same.status, StatusCode::NOT_MODIFIED);
    for path in ["/api/dashboard/?page_size=5", "/naive/api/dashboard/"] {
        check_unavailable(&app.get(path).await);
    }
    let create = || app.send("POST", "/api/dashboard/", Some(r#"{"title":"new"}"#));
    check_unavailable(&create().await);

    line.mend();
    let page = app.get("/api/dashboard/?page_size=5").await;
    assert_eq!(page.results().len(), 5);
    assert_eq!(create().await.status, StatusCode::CREATED);
    let page = app.get("/api/dashboard/").await;
    assert_eq!(page.results()[0]["title"], "new");
    assert_eq!(page.json()["counts"]["total"], 31);
}
