//! Streams that no one wrote down: made by chance, shrunk when they fail, and reproducible by the seed that is told.
//!
//! `messages` makes them, `survival` feeds a session with them, `forwarding` sends them through a tap. `model` is a server
//! that answers a program as it should be answered, and `agreement` holds the counts against it. A run tries as many as
//! fit into a few seconds; `PROPTEST_CASES` has it try more, as CI does once: see `CONTRIBUTING.md`.

mod agreement;
mod forwarding;
mod messages;
mod model;
mod survival;

use proptest::prelude::ProptestConfig;
use proptest::test_runner::FileFailurePersistence;

/// So many cases, unless `PROPTEST_CASES` says otherwise. Those that failed once are tried first from then on.
fn cases(count: u32) -> ProptestConfig {
    let usual = ProptestConfig::default();
    let told = usual.cases != UNTOLD;
    ProptestConfig {
        cases: if told { usual.cases } else { count },
        failure_persistence: Some(Box::new(FileFailurePersistence::WithSource("regressions"))),
        ..usual
    }
}

/// proptest's own number of cases, where nobody gives another one.
const UNTOLD: u32 = 256;
