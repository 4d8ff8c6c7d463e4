//! The catalogue of defects: which pieces of work have which, and which only look as if they had.
//!
//! Each case is a small piece of a service on a real Postgres. `assert_efficient!` must say what the case says.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use futures::future::BoxFuture;
use perf_harness::Defect::{
    self, ChangingList, Duplicate, Literal, NPlusOne, OpenTransaction, UntransactedWrites,
};
use perf_harness::{PerfDb, PerfTest, Problem, Violation};
use shop::shop;
use sqlx::PgPool;

type Case = for<'a> fn(&'a PgPool) -> BoxFuture<'a, ()>;

/// A name, what is wrong with it, and the work itself.
type Named = (&'static str, &'static [Defect], Case);

macro_rules! cases {
    ($($name:ident: [$($defect:ident),*], |$pool:ident| $body:block)*) => {
        pub(crate) const CASES: &[crate::Named] = &[$(
            (stringify!($name), &[$($defect),*], |$pool: &sqlx::PgPool| async move $body.boxed()),
        )*];
    };
}

mod repeated;
mod shop;
mod texts;
mod transactions;

fn cases() -> impl Iterator<Item = &'static Named> {
    let all = [repeated::CASES, texts::CASES, transactions::CASES];
    all.into_iter().flatten()
}

/// What `assert_efficient!` says of a case.
fn found(case: Case, threads: usize) -> BTreeSet<String> {
    let mut test = PerfTest::new("case").template(shop);
    if threads > 1 {
        test = test.multi_thread().worker_threads(threads);
    }
    let end = test.run(async |db: PerfDb| {
        let pool = db.pool();
        db.record(case(&pool)).await.check_efficient();
    });
    let Err(failure) = end else {
        return BTreeSet::new();
    };
    let kind = |problem: &Problem| match problem {
        Problem::Violation(Violation::Defects { defect, .. }) => format!("{defect:?}"),
        other => format!("{other:?}"),
    };
    assert!(failure.setup_error().is_none(), "{failure}");
    failure
        .findings()
        .iter()
        .map(|found| kind(found.problem()))
        .collect()
}

fn check_all(threads: usize) {
    let mut wrong = Vec::new();
    for (name, defects, case) in cases() {
        let expected = defects.iter().map(|defect| format!("{defect:?}"));
        let expected: BTreeSet<String> = expected.collect();
        let found = found(*case, threads);
        if found != expected {
            wrong.push(format!("{name}: {found:?}, not {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_case_is_judged_as_the_catalogue_says() {
    assert!(cases().count() >= 40);
    check_all(1);
}

#[test]
fn the_catalogue_in_the_docs_is_this_one() {
    let word = |defect: &Defect| match defect {
        NPlusOne => "N+1",
        Duplicate => "duplicate",
        ChangingList => "changing list",
        Literal => "literal",
        UntransactedWrites => "untransacted writes",
        OpenTransaction => "open transaction",
        other => panic!("{other:?} has no name in the docs"),
    };
    let words = |defects: &[Defect]| match defects {
        [] => "none".to_owned(),
        some => some.iter().map(word).collect::<Vec<_>>().join(", "),
    };
    let rows = cases()
        .map(|(name, defects, _)| format!("| {} | {} |", name.replace('_', " "), words(defects)));
    let rows: Vec<String> = rows.collect();
    let page = include_str!("../../docs/defects.md");
    let (_, after) = page.split_once("<!-- catalogue: begin -->\n").unwrap();
    let (shown, _) = after.split_once("\n<!-- catalogue: end -->").unwrap();
    assert_eq!(shown.lines().skip(2).collect::<Vec<_>>(), rows);
}

#[test]
fn the_number_of_threads_changes_no_verdict() {
    check_all(2);
}
