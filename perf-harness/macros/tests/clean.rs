//! A strict user crate stays clean, and its functions run: what is wrong here is an error of the compiler or of clippy.
//!
//! The harness is a stand-in, named like the real one, that runs a function at once and without a database.
#![forbid(unsafe_code)]
#![deny(
    warnings,
    clippy::pedantic,
    clippy::absolute_paths,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    clippy::shadow_unrelated,
    missing_docs,
    unreachable_pub,
    unused_qualifications
)]

extern crate self as perf_harness;

use std::cell::Cell;
use std::future::ready;

use perf_harness_macros::perf_test;

/// The stand-in for a database: how often a test asked it.
pub struct PerfDb {
    asked: Cell<u32>,
}

/// The stand-in for the database of a template.
pub struct TemplateDb;

impl PerfDb {
    async fn ask(&self) -> u32 {
        self.asked.update(|asked| asked + 1);
        ready(self.asked.get()).await
    }
}

/// All that the generated code may name.
pub mod __private {
    use super::{PerfDb, TemplateDb};
    use std::cell::Cell;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    /// The stand-in for a test's settings.
    pub struct Test(String);

    /// A test of this path.
    #[must_use]
    pub fn test(module: &str, function: &str) -> Test {
        Test(format!("{module}::{function}"))
    }

    impl Test {
        /// Runs the template at once.
        #[must_use]
        pub fn template<Fut: Future>(self, function: impl FnOnce(TemplateDb) -> Fut) -> Self {
            now(function(TemplateDb));
            self
        }

        /// Nothing is kept anyway.
        #[must_use]
        pub fn should_panic(self) -> Self {
            self
        }

        /// Adds its name.
        #[must_use]
        pub fn multi_thread(self) -> Self {
            Self(self.0 + ", threads")
        }

        /// Adds its name.
        #[must_use]
        pub fn budget(self, name: &str) -> Self {
            Self(format!("{}, {name}", self.0))
        }

        /// Adds the number.
        #[must_use]
        pub fn worker_threads(self, threads: usize) -> Self {
            Self(format!("{}: {threads}", self.0))
        }
    }

    /// Runs the function, which never waits.
    pub fn run<Fut: Future>(test: Test, function: impl FnOnce(PerfDb) -> Fut) -> Fut::Output {
        super::RUNNING.set(test.0);
        let asked = Cell::default();
        now(function(PerfDb { asked }))
    }

    fn now<Fut: Future>(future: Fut) -> Fut::Output {
        match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(output) => output,
            Poll::Pending => unreachable!("nothing in this file waits"),
        }
    }
}

thread_local! {
    static RUNNING: Cell<String> = Cell::default();
    static SEEDED: Cell<bool> = const { Cell::new(false) };
}

async fn seed(_: TemplateDb) {
    SEEDED.set(ready(true).await);
}

#[perf_test]
async fn a_function_is_run(db: PerfDb) {
    assert_eq!(db.ask().await, 1);
    assert_eq!(RUNNING.take(), "clean::a_function_is_run");
}

#[perf_test]
async fn a_function_may_fail(db: PerfDb) -> Result<(), String> {
    let answer = u8::try_from(db.ask().await).map_err(|error| error.to_string())?;
    assert_eq!(answer, 1);
    Ok(())
}

#[perf_test]
#[should_panic(expected = "on purpose")]
async fn a_function_may_panic(db: PerfDb) {
    assert_eq!(db.ask().await, 2, "on purpose");
}

#[perf_test(template = seed, flavor = "multi_thread", worker_threads = 2)]
async fn the_options_are_set(_db: PerfDb) {
    assert!(SEEDED.get());
    assert_eq!(RUNNING.take(), "clean::the_options_are_set, threads: 2");
}

#[perf_test(budget = "GET /a")]
async fn the_budget_is_named(_: PerfDb) {
    assert_eq!(RUNNING.take(), "clean::the_budget_is_named, GET /a");
}

#[perf_test]
async fn the_database_may_be_mutable(mut db: PerfDb) {
    *db.asked.get_mut() = 1;
    assert_eq!(db.ask().await, 2);
}

#[perf_test]
async fn the_database_may_be_taken_apart(PerfDb { asked }: PerfDb) {
    assert_eq!(asked.get(), 0);
}

#[perf_test]
async fn the_database_may_be_unused(_: PerfDb) {}

#[perf_test]
#[expect(
    unused_variables,
    reason = "one lint level is enough for both functions"
)]
async fn an_expectation_is_met_once(db: PerfDb) {}

#[perf_test]
#[expect(non_snake_case, reason = "both functions have this name")]
async fn an_expectation_of_the_Name_is_met(_: PerfDb) {}

/// Documented.
#[perf_test]
pub async fn a_public_function_is_private_inside(_: PerfDb) {}

mod inside {
    //! The paths are those of the module.

    use perf_harness::PerfDb;

    use super::RUNNING;

    #[perf_harness_macros::perf_test(template = super::seed)]
    async fn a_module_is_part_of_the_name(_: PerfDb) {
        let name = RUNNING.take();
        assert_eq!(name, "clean::inside::a_module_is_part_of_the_name");
    }
}

macro_rules! tests {
    ($($name:ident($db:ident): $template:path, $threads:literal;)*) => {$(
        #[perf_test(template = $template, flavor = "multi_thread", worker_threads = $threads)]
        async fn $name($db: PerfDb) {
            assert_eq!($db.ask().await, 1);
        }
    )*};
}

tests! {
    a_macro_can_make_one(db): seed, 1;
    a_macro_can_make_another(other): seed, 2;
}
