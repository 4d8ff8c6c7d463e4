//! The example service beside the Django original that it was ported from (`tests/django`): the same schema, the same
//! answers, and what each of them costs the database.
//!
//! They need Python 3 with venv and pip, and the packages of `tests/django/requirements.txt` from its index. Where those
//! cannot be had, they are skipped by name; with `PERF_HARNESS_TEST_DJANGO=required` they fail instead, so that CI cannot
//! skip them unseen.
#![expect(
    clippy::print_stdout,
    reason = "a test says what it compared, or why it did not"
)]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod answers;
mod cases;
mod catalog;
mod client;
mod costs;
mod differences;
mod django;
mod files;
mod quotes;
mod rust;
mod service;
mod template;
