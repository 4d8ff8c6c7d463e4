//! The whole service on a real Postgres that holds what a bench needs, recorded by nobody.

use std::error::Error;
use std::process::ExitCode;

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    http::{
        Method, Request,
        header::{AUTHORIZATION, CONTENT_TYPE},
    },
};
use example_service::seed;
use perf_harness::ScratchDb;
use sea_orm::{ConnectionTrait as _, Database, DatabaseConnection, DbErr};
use tokio::runtime::Runtime;
use tower::ServiceExt as _;

/// What a bench ends with.
#[expect(clippy::print_stderr, reason = "a bench says why it could not")]
pub(crate) fn exit_code(benched: Result<(), Box<dyn Error>>) -> ExitCode {
    match benched {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

pub(crate) struct Service {
    runtime: Runtime,
    router: Router,
    db: DatabaseConnection,
    scratch: ScratchDb,
}

impl Service {
    /// In a database of its own, migrated, and filled by `seed`.
    pub(crate) fn start(
        seed: impl AsyncFnOnce(&DatabaseConnection) -> Result<(), DbErr>,
    ) -> Result<Self, Box<dyn Error>> {
        let runtime = Runtime::new()?;
        let scratch = runtime.block_on(ScratchDb::create())?;
        let db = runtime.block_on(async {
            let db = Database::connect(scratch.url()).await?;
            seed::migrate(&db).await?;
            seed(&db).await?;
            db.execute_unprepared("VACUUM ANALYZE").await?;
            Ok::<_, DbErr>(db)
        })?;
        Ok(Self {
            router: example_service::router(db.clone()),
            runtime,
            db,
            scratch,
        })
    }

    /// The body of the answer, which must be a success.
    pub(crate) fn get(&self, path: &str) -> Bytes {
        self.send(Request::get(path).body(Body::empty()).expect("a path"))
    }

    pub(crate) fn post(&self, path: &str, token: &str, body: &str) -> Bytes {
        let request = Request::builder()
            .method(Method::POST)
            .uri(path)
            .header(AUTHORIZATION, format!("Token {token}"))
            .header(CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_owned()));
        self.send(request.expect("a path"))
    }

    /// The same, of any request.
    pub(crate) fn send(&self, request: Request<Body>) -> Bytes {
        let path = request.uri().clone();
        self.runtime.block_on(async {
            let Ok(answer) = self.router.clone().oneshot(request).await;
            assert!(answer.status().is_success(), "{path}: {}", answer.status());
            let body = to_bytes(answer.into_body(), usize::MAX).await;
            body.expect("a whole body")
        })
    }

    /// Removes the database.
    pub(crate) fn stop(self) -> Result<(), Box<dyn Error>> {
        self.runtime.block_on(async {
            self.db.close().await?;
            self.scratch.remove().await?;
            Ok(())
        })
    }
}
