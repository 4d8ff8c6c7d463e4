//! Judgement: facts in, violations out. Plain data, no words.

mod allowed;
mod assertion;
mod defect;
mod excuse;
mod finding;
mod growth;
mod known;
mod latency;
mod limit;
mod plan_fault;
mod plan_rule;
mod queries;
mod repeated;
mod slope;
mod texts;
mod transactions;

pub use allowed::{Allowance, Allowed};
pub(crate) use assertion::{Assertion, judge_growth};
pub use defect::Defect;
pub(crate) use defect::Found;
pub(crate) use excuse::Excuse;
pub(crate) use finding::scaling_faults;
pub use finding::{Finding, Problem, Violation};
pub(crate) use growth::Grown;
pub(crate) use known::Standing;
pub(crate) use known::{Baseline, Key, Known, KnownKind, Objection, Occurrence};
pub use latency::{LatencyRule, Statistic};
pub use limit::{Limit, Metric};
pub(crate) use plan_fault::Fault;
pub use plan_rule::PlanRule;
pub(crate) use plan_rule::{has_plan, rounded};
pub use queries::Queries;
pub(crate) use queries::{Asked, Form};
pub(crate) use repeated::{duplicates, n_plus_ones};
pub use slope::Slope;
