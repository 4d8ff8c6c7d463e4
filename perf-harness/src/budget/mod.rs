//! Judgement: facts in, violations out. Plain data, no words.

mod allowed;
mod finding;
mod queries;

pub use allowed::{Allowance, Allowed};
pub use finding::{Finding, Problem, Violation};
pub use queries::Queries;
pub(crate) use queries::{Asked, Form};
