//! The whole service on a real Postgres that holds what a bench needs. What a request costs there is counted by the recorder; how
//! long it takes is measured on connections that are not recorded.

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

/// The service, and a copy of the template of its own.
pub(crate) struct Service {
    runtime: Runtime,
    app: App,
    scratch: ScratchDb,
}

/// What answers requests.
pub(crate) struct App {
    router: Router,
    db: DatabaseConnection,
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
        Self {
            app: runtime.block_on(App::on(scratch.url())),
            runtime,
            scratch,
        }
    }

    /// What a bench needs to know before.
    pub(crate) fn ask<T>(&self, request: impl AsyncFnOnce(&App) -> T) -> T {
        self.runtime.block_on(request(&self.app))
    }

    /// Benches a request that leaves the database as it was, and removes the database.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a closure is written where it is used"
    )]
    pub(crate) fn bench(self, bencher: Bencher<'_, '_>, request: impl AsyncFn(&App)) {
        self.count(&async |_| (), &request);
        perf_harness_bench::bench(bencher, || self.ask(&request));
        self.stop();
    }

    /// The same of one that leaves something behind: `restore` is run before each, and takes no time of it.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a closure is written where it is used"
    )]
    pub(crate) fn bench_write(
        self,
        bencher: Bencher<'_, '_>,
        restore: impl AsyncFn(&App),
        request: impl AsyncFn(&App),
    ) {
        self.count(&restore, &request);
        let before = || self.ask(&restore);
        perf_harness_bench::bench_values(bencher, before, |()| self.ask(&request));
        self.stop();
    }

    /// Of the second one: by then the service is connected, its statements are prepared, and it remembers what it remembers.
    fn count(&self, restore: &impl AsyncFn(&App), request: &impl AsyncFn(&App)) {
        let ((), traffic) = self.runtime.block_on(async {
            let recorded = App::on(self.scratch.recorded_url()).await;
            restore(&recorded).await;
            request(&recorded).await;
            restore(&recorded).await;
            let counted = self.scratch.record(request(&recorded)).await;
            recorded.close().await;
            counted
        });
        let counts = traffic.counts();
        perf_harness_bench::count("queries", counts.queries as u64);
        perf_harness_bench::count("round trips", counts.work_round_trips as u64);
        perf_harness_bench::count("rows", counts.rows);
    }

    fn stop(self) {
        self.runtime.block_on(async {
            self.app.close().await;
            let removed = self.scratch.remove().await;
            removed.unwrap_or_else(|error| panic!("{error}"));
        });
    }
}

impl App {
    async fn on(url: &str) -> Self {
        let db = Database::connect(url).await.expect("a connection");
        Self {
            router: example_service::router(db.clone()),
            db,
        }
    }

    /// The body of the answer, which must be a success.
    pub(crate) async fn get(&self, path: &str) -> Bytes {
        self.send(Request::get(path).body(Body::empty()).expect("a path"))
            .await
    }

    pub(crate) async fn post(&self, path: &str, token: &str, body: &str) -> Bytes {
        let request = Request::builder()
            .method(Method::POST)
            .uri(path)
            .header(AUTHORIZATION, format!("Token {token}"))
            .header(CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_owned()));
        self.send(request.expect("a path")).await
    }

    /// The same, of any request.
    pub(crate) async fn send(&self, request: Request<Body>) -> Bytes {
        let path = request.uri().clone();
        let Ok(answer) = self.router.clone().oneshot(request).await;
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        let body = to_bytes(answer.into_body(), usize::MAX).await;
        body.expect("a whole body")
    }

    /// Past the service.
    pub(crate) async fn execute(&self, statement: &str) {
        let done = self.db.execute_unprepared(statement).await;
        done.unwrap_or_else(|error| panic!("{statement}: {error}"));
    }

    async fn close(self) {
        let closed = self.db.close().await;
        closed.unwrap_or_else(|error| panic!("{error}"));
    }
}

/// What is read is judged by statistics, and by what is known to be visible to all: as after a while of service.
pub(crate) async fn settle(db: &DatabaseConnection) -> Result<(), DbErr> {
    db.execute_unprepared("VACUUM ANALYZE").await.map(drop)
}
