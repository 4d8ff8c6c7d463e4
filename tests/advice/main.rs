//! Advice on slow statements, given at 300 rows and held against a database that has 200,000.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(
    clippy::print_stdout,
    reason = "the figures are shown, and what is not compared says so"
)]

mod migration;
mod real;
mod reasons;
mod schema;
mod slow;

use perf_harness::__private::{Advised, advise};
use perf_harness::{PerfDb, PerfTest, Rows};
use schema::{BOOKINGS, LARGE};
use slow::{SLOW, Slow};

/// What the documentation shows.
const SHOWN: &str = "newest of a status";

/// The major version that the golden files are of.
const GOLDEN: u32 = 15;

fn production() -> Rows {
    let rows = u64::from(LARGE);
    let large = ["articles", "comments", "orders"].map(|table| (table, rows));
    let others = [
        ("users", rows / 10),
        ("bookings", rows / u64::from(BOOKINGS)),
    ];
    Rows::of(large.into_iter().chain(others))
}

/// What is advised on the small database, taken for as large as production.
fn advised(db: &PerfDb, sql: &str, values: &[&str], goal: &str) -> Advised {
    advise(db.direct_url(), sql, values, &production(), goal).unwrap()
}

fn on_small(work: impl AsyncFnOnce(&PerfDb)) {
    let test = PerfTest::new("small").template(schema::small);
    let end = test.run(async move |db: PerfDb| work(&db).await);
    end.unwrap_or_else(|failure| panic!("{failure}"));
}

/// Every proposal, with what is said of it, and the server's major version.
fn proposals() -> (Vec<Advised>, u32) {
    let mut all = Vec::new();
    let mut major = 0;
    on_small(async |db: &PerfDb| {
        let of = |slow: &Slow| advised(db, slow.sql, slow.values, slow.goal);
        all.extend(SLOW.iter().map(of));
        major = real::major(db).await;
    });
    (all, major)
}

/// Costs and blocks are compared with the golden files where they were made: each version of the server has its own.
fn is_of_the_golden_files(major: u32) -> bool {
    if major != GOLDEN {
        println!("not compared: the golden files are of PostgreSQL {GOLDEN}, and this is {major}");
    }
    major == GOLDEN
}

#[test]
fn each_slow_statement_is_proposed_its_index() {
    let (proposals, major) = proposals();
    let pairs = SLOW.iter().zip(&proposals);
    let wrong = pairs
        .clone()
        .filter(|(slow, advised)| advised.sql != slow.index);
    let wrong: Vec<String> = wrong
        .map(|(slow, advised)| format!("{}: {advised:#?}", slow.name))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for (slow, advised) in pairs.clone() {
        assert!(advised.lines.len() <= 8, "{}: {advised:#?}", slow.name);
    }
    if is_of_the_golden_files(major) {
        let shown = pairs.clone().find(|(slow, _)| slow.name == SHOWN).unwrap();
        insta::assert_snapshot!(
            "message",
            format!("{}\n\n{}", shown.0.sql, shown.1.lines.join("\n"))
        );
        let told = pairs.map(|(slow, advised)| {
            format!(
                "{}\n  {}\n\n    {}\n",
                slow.name,
                slow.sql,
                advised.lines.join("\n    ")
            )
        });
        insta::assert_snapshot!("messages", told.collect::<Vec<_>>().join("\n"));
    }
}

#[test]
fn what_is_proposed_serves_on_a_database_that_really_has_the_rows() {
    let (proposals, major) = proposals();
    let mut table = Vec::new();
    let test = PerfTest::new("large").template(schema::large);
    let end = test.run(async |db: PerfDb| {
        for (slow, advised) in SLOW.iter().zip(&proposals) {
            let (before, after) = real::before_and_after(&db, slow, advised).await;
            let is_read = |sql: &String| {
                let name = sql.split(' ').nth(2).unwrap();
                after.indexes.iter().any(|index| index == name)
            };
            assert!(advised.sql.iter().all(is_read), "{}: {after:?}", slow.name);
            assert!(
                after.blocks * 5 < before.blocks,
                "{}: {before:?} {after:?}",
                slow.name
            );
            table.push(format!(
                "{:<32} {:>6} {:>6}   {}",
                slow.name,
                before.blocks,
                after.blocks,
                advised.sql.join("; ")
            ));
        }
    });
    end.unwrap_or_else(|failure| panic!("{failure}"));
    let table = format!(
        "{:<32} {:>6} {:>6}   {}\n{}",
        "blocks read",
        "before",
        "after",
        "index",
        table.join("\n")
    );
    println!("PostgreSQL {major}\n{table}");
    if is_of_the_golden_files(major) {
        insta::assert_snapshot!("figures", table);
    }
}
