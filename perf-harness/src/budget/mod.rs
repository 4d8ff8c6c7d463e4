//! Judgement: facts in, violations out. Plain data, no words.

mod allowed;
mod assertion;
mod finding;
mod queries;
mod repeated;

pub use allowed::{Allowance, Allowed};
pub(crate) use assertion::Assertion;
pub use finding::{Finding, Problem, Violation};
pub use queries::Queries;
pub(crate) use queries::{Asked, Form};
pub(crate) use repeated::{duplicates, n_plus_ones};
