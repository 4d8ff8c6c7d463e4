//! Facts: what crossed the wire between a program and its database, and what each statement was.
//!
//! Knows no budget and no report.

mod class;
mod fingerprint;
mod held;
mod log;
mod loose;
#[cfg(test)]
mod noise;
mod overlap;
mod parameter;
mod parent;
mod parser;
#[cfg(test)]
mod properties;
mod query;
mod query_list;
mod recording;
mod returned;
mod sample;
mod shape;
mod site;
pub(crate) mod sql;
mod statement;
pub(crate) mod wire;

pub use class::Class;
pub(crate) use fingerprint::{VERSION as FINGERPRINT_VERSION, folded_list};
pub(crate) use held::Hold;
pub(crate) use log::SharedLog;
pub(crate) use loose::VERSION as STORED_FINGERPRINT_VERSION;
pub use parameter::Parameter;
pub use parent::Parent;
pub use query::{DatabaseError, Outcome, Query};
pub use recording::{Counts, Traffic};
pub(crate) use returned::Column;
pub use sample::Sample;
pub use shape::{Repetition, Shape};
pub(crate) use site::Witness;
pub use site::{CallPath, Frame};
pub use statement::Kind;
