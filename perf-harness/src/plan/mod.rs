//! Facts: what the planner did with a statement, and what it would do were its tables as large as in production.
//!
//! Knows no recording, no budget and no report. `explain` is the only file that speaks to a server.

mod access;
mod advice;
mod catalog;
mod condition;
mod explain;
mod kind;
mod node;
mod plans;
mod question;
mod rows;
mod scale;
mod survey;
mod tree;

pub use access::Access;
pub(crate) use access::{Reach, reaches};
pub(crate) use advice::{
    Advice, Existing, Goal, Hint, Outcome, Proposal, Side, WhyUnused, advise,
};
pub(crate) use catalog::{Catalog, ForeignKey, Index, Table};
pub(crate) use explain::{Answer, Planner, Rights, Trial};
pub use kind::NodeKind;
pub use node::{Actual, Buffers, Estimate, Node};
pub use plans::{PlanOf, Plans, QueryPlans};
pub(crate) use question::{Asked, Form, Question, Refusal, Value};
pub use rows::Rows;
pub(crate) use survey::{figures, plans};
pub use tree::{Plan, Trigger};
