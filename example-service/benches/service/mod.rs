//! The whole service on a real Postgres that holds what a bench needs, recorded by nobody.

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    http::{
        Method, Request,
        header::{AUTHORIZATION, CONTENT_TYPE},
    },
};
use divan::Bencher;
use perf_harness::{IntoTemplate, ScratchDb, TemplateOutput};
use sea_orm::{ConnectionTrait as _, Database, DatabaseConnection, DbErr};
use tokio::runtime::Runtime;
use tower::ServiceExt as _;

pub(crate) struct Service {
    runtime: Runtime,
    router: Router,
    db: DatabaseConnection,
    scratch: ScratchDb,
}

impl Service {
    /// On a copy of the template, which is migrated and filled once.
    pub(crate) fn of<T, Kind>(template: T) -> Self
    where
        T: IntoTemplate<Kind>,
        T::Output: TemplateOutput,
    {
        let runtime = Runtime::new().expect("a runtime");
        let scratch = runtime.block_on(ScratchDb::of(template));
        let scratch = scratch.unwrap_or_else(|error| panic!("{error}"));
        let db = runtime.block_on(Database::connect(scratch.url()));
        let db = db.expect("a connection");
        Self {
            router: example_service::router(db.clone()),
            runtime,
            db,
            scratch,
        }
    }

    /// Benches a request, and removes the database.
    pub(crate) fn bench(self, bencher: Bencher<'_, '_>, mut request: impl FnMut(&Self)) {
        perf_harness_bench::bench(bencher, || request(&self));
        self.stop();
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

    fn stop(self) {
        let stopped = self.runtime.block_on(async {
            self.db.close().await.map_err(|error| error.to_string())?;
            let removed = self.scratch.remove().await;
            removed.map_err(|error| error.to_string())
        });
        stopped.unwrap_or_else(|error| panic!("{error}"));
    }
}

/// What is read is judged by statistics, and by what is known to be visible to all: as after a while of service.
pub(crate) async fn settle(db: &DatabaseConnection) -> Result<(), DbErr> {
    db.execute_unprepared("VACUUM ANALYZE").await.map(drop)
}
