//! The story of one test: set up, run, judge, tell.
//!
//! The only module that knows all others, that prints, and that ends a test.

mod advice;
mod artefacts;
#[cfg(test)]
mod backends;
mod drain;
mod growth;
pub(crate) mod history;
mod improvement;
pub(crate) mod indexes;
pub(crate) mod latency;
mod ledger;
mod limits;
mod origin;
mod perf_db;
mod perf_test;
mod plans;
mod recording;
mod response;
mod scaling;
mod scratch;
mod settle;
pub(crate) mod slack;
#[cfg(feature = "snapshot")]
mod snapshot;
mod tell;
mod test_output;
mod waiting;
mod window;
mod within;
mod work;

pub use growth::Growth;

pub use perf_db::PerfDb;
pub use perf_test::{Failure, PerfTest};
pub use recording::Recording;
pub(crate) use recording::told_name;
pub use response::ResponseSize;
#[cfg(feature = "snapshot")]
pub use snapshot::{InAnyOrder, QuerySnapshot, WithCallSites};
pub(crate) use tell::report;
pub use test_output::TestOutput;
pub use within::BudgetedWork;
pub use work::{HasStatus, Work};
