//! The argument that `#[sqlx::test]` gives.

use perf_harness_macros::perf_test;

struct PgPool;

#[perf_test]
async fn one_query(_pool: PgPool) {}

fn main() {}
