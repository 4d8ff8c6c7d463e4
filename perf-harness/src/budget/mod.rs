//! Judgement: facts in, violations out. Plain data, no words.

mod allowed;
mod assertion;
mod finding;
mod growth;
mod queries;
mod repeated;

pub use allowed::{Allowance, Allowed};
pub(crate) use assertion::{Assertion, judge_growth};
pub use finding::{Finding, Problem, Violation};
pub(crate) use growth::{Grown, grown};
pub use queries::Queries;
pub(crate) use queries::{Asked, Form};
pub(crate) use repeated::{duplicates, n_plus_ones};
