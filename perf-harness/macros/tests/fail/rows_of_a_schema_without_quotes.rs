//! A name with a schema is a text.

use perf_harness_macros::perf_test;

struct PerfDb;

#[perf_test(rows(blog.articles = 5))]
async fn one_query(_db: PerfDb) {}

fn main() {}
