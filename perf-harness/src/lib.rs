//! Performance tests for Rust services on Postgres.
//!
//! A perf test gets a fresh database of its own, runs the service against it, and asserts on what really
//! crossed the wire: every driver, task, thread and process is seen.
//!
//! ```no_run
//! use perf_harness::{PerfDb, assert_max_queries, perf_test};
//!
//! #[perf_test]
//! async fn a_user_costs_one_query(db: PerfDb) -> Result<(), sqlx::Error> {
//!     let pool = db.pool();
//!     let user = db.record(sqlx::query("SELECT 1").fetch_one(&pool)).await.transpose()?;
//!     assert_max_queries!(user, 1);
//!     Ok(())
//! }
//! ```
//!
//! - [`perf_test`]: the attribute, with its options.
//! - [`PerfDb`]: the database of a test; [`PerfDb::record`] makes a [`Recording`].
//! - [`assert_max_queries!`], [`assert_queries!`]: budgets on the number of queries.
//! - [`assert_no_n_plus_one!`], [`assert_no_duplicate_queries!`]: no query is repeated without need, whatever the number.
//! - [`assert_efficient!`]: those, and no other [`Defect`] that can be told without a number.
//! - [`assert_max_round_trips!`], [`assert_max_rows!`], .. : limits on what else work costs, down to its allocations.
//! - [`assert_constant_queries!`]: the same queries at every size of the data.
//! - [`assert_within_budget!`]: all that an entry of the file `perf-budgets.toml` says of an endpoint, at once.
//! - [`Template`], [`TemplateDb`]: what is migrated and seeded, once for all tests.
//!
//! # Where Postgres comes from
//!
//! `PERF_HARNESS_POSTGRES` is `docker` or `docker:IMAGE` (a container), `local` or `local:DIRECTORY` (a private
//! cluster of the programs of this machine), `download` or `download:MAJOR` (the same of programs that are
//! downloaded once), a `postgres://` URL of a server whose role may create databases, or `auto`, the default: the
//! first of `docker`, `local` and `download` that can be had.
//!
//! Servers of the harness's are shared by all test processes and stop when idle. `DATABASE_URL` is never read: it
//! may name a database that matters.
//!
//! # Features
//!
//! | feature | adds |
//! | --- | --- |
//! | `sqlx` (default) | `PerfDb::pool`, `Template::migrations` |
//! | `sea-orm` | `PerfDb::connection` |
//! | `snapshot` | `assert_query_snapshot!`, `Recording::with_call_sites` |
//! | `sea-orm-migration` | `Template::migrator` |
//! | `docker` | the provider `docker` |
//! | `http` | [`ResponseSize`] for `http::Response` and `Bytes` |

// In reading order: a test's story, what it sets up, what it records, how it judges and tells.
mod macros;
mod run;

mod clock;
mod config;
mod database;
mod date;
mod error;
mod nearest;
mod postgres;
mod progress;
mod units;

mod machine;
mod plan;
mod record;
mod stats;
mod timing;

mod baseline;
mod budget;
mod budgets;
mod history;
mod report;

#[doc(hidden)]
pub mod __private;

pub use budget::{
    Allowance, Allowed, Defect, Finding, Improvement, Latency, LatencyRule, Limit, Measure, Metric,
    PlanRule, Problem, Queries, Slope, Statistic, Undecided, Violation,
};
pub use database::{
    BoxError, CopyRow, IntoTemplate, ScratchDb, SeedError, Table, Template, TemplateDb,
    TemplateOutput,
};
pub use error::SetupError;
pub use perf_harness_allocator::CountingAllocator;
/// [`perf_test`] under the name that rstest needs: `#[perf_harness::test]`. Import `perf_test`, or name what you
/// import: after `use perf_harness::*` a plain `#[test]` would be ambiguous.
pub use perf_harness_macros::perf_test as test;
pub use perf_harness_macros::{assert_improves, assert_latency, perf_test};
pub use plan::{
    Access, Actual, Buffers, Estimate, Node, NodeKind, Plan, PlanGrowth, PlanOf, Plans, QueryPlans,
    Rows, Scale, SortedFor, Sorting, Spill, Spilled, TableAccess, Trigger,
};
pub use record::{
    CallPath, Class, Counts, DatabaseError, Frame, Kind, Outcome, Parameter, Parent, Query,
    Repetition, Sample, Shape, TimeSpent, Traffic,
};
pub use run::{
    Failure, Growth, HasStatus, PerfDb, PerfTest, Recording, ResponseSize, TestOutput, Work,
};
#[cfg(feature = "snapshot")]
pub use run::{InAnyOrder, QuerySnapshot, WithCallSites};

/// The blocks of the README compile.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

/// So do those of the guide's pages.
#[cfg(doctest)]
#[doc = include_str!("../../docs/templates.md")]
struct TemplatesPage;

#[cfg(all(doctest, feature = "snapshot"))]
#[doc = include_str!("../../docs/snapshots.md")]
struct SnapshotsPage;

#[cfg(doctest)]
#[doc = include_str!("../../docs/defects.md")]
struct DefectsPage;

#[cfg(doctest)]
#[doc = include_str!("../../docs/plans.md")]
struct PlansPage;

#[cfg(doctest)]
#[doc = include_str!("../../docs/limits.md")]
struct LimitsPage;

#[cfg(doctest)]
#[doc = include_str!("../../docs/budgets.md")]
struct BudgetsPage;

#[cfg(doctest)]
#[doc = include_str!("../../docs/latency.md")]
struct LatencyPage;
