//! Facts: what the planner did with a statement, and what it would do were its tables as large as in production.
//!
//! Knows no recording, no budget and no report. `explain` is the only file that speaks to a server.

mod access;
mod advice;
mod catalog;
mod condition;
#[cfg(test)]
mod corpus;
mod costs;
mod explain;
mod expression;
mod figures;
mod import;
mod indexes;
mod kind;
mod named;
mod node;
mod outline;
mod plans;
mod question;
mod rows;
mod scale;
mod scaling;
mod shape;
mod sorts;
mod spill;
mod spread;
mod statistics;
mod step;
mod survey;
mod text;
mod token;
mod tree;
mod weight;

pub(crate) use access::Reach;
pub use access::{Access, TableAccess};
pub(crate) use advice::{Advice, Existing, Goal, Hint, Outcome, Proposal, Side, WhyUnused, advise};
pub(crate) use catalog::{Catalog, ForeignKey, Index, Table};
pub(crate) use explain::Answer;
pub(crate) use expression::{Literals, told as condition_told};
pub(crate) use indexes::{Judged, used};
pub use kind::NodeKind;
pub(crate) use named::{the_index, the_table};
pub use node::{Actual, Buffers, Estimate, Node};
pub use plans::{PlanOf, Plans, QueryPlans};
pub(crate) use question::{Form, Question, Refusal, Value};
pub use rows::Rows;
pub use scaling::{PlanGrowth, Scale};
pub(crate) use scaling::{QueryScaling, Scaling, outline};
pub use sorts::{SortedFor, Sorting};
pub use spill::{Spill, Spilled};
pub(crate) use step::identifier as quoted;
pub(crate) use survey::{catalog, figures, plans};
pub use tree::{Plan, Trigger};
