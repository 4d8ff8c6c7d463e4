//! Facts: what the planner did with a statement, and what it would do were its tables as large as in production.
//!
//! Knows no recording, no budget and no report. `explain` is the only file that speaks to a server.

mod access;
mod catalog;
mod condition;
#[cfg(test)]
mod corpus;
mod explain;
mod expression;
mod figures;
mod indexes;
mod kind;
mod node;
mod outline;
mod plans;
mod question;
mod rows;
mod scale;
mod shape;
mod sorts;
mod spill;
mod step;
mod survey;
mod text;
mod tree;
mod weight;

pub use access::Access;
pub(crate) use access::{Reach, reaches};
pub(crate) use catalog::{Catalog, ForeignKey, Index, Table};
pub(crate) use explain::{Answer, Planner, Rights, Trial};
pub(crate) use expression::Literals;
pub(crate) use indexes::{Judged, used};
pub use kind::NodeKind;
pub use node::{Actual, Buffers, Estimate, Node};
pub use plans::{PlanOf, Plans, QueryPlans};
pub(crate) use question::{Asked, Form, Question, Refusal, Value};
pub use rows::Rows;
pub use sorts::{SortedFor, Sorting};
pub use spill::{Spill, Spilled};
pub(crate) use step::identifier as quoted;
pub(crate) use survey::{figures, plans};
pub use tree::{Plan, Trigger};
