//! What is told of a comparison: the terminal's table, JSON, the comment of a pull request, the page.
//!
//! Pure functions from a [`Comparison`](crate::outcome::Comparison) to text. Nothing here measures or judges: verdicts come
//! with the comparison.

mod bar;
mod fact;
mod html;
mod json;
mod look;
mod markdown;
mod number;
mod remark;
#[cfg(test)]
mod sample;
mod scale;
mod schema;
mod standing;
mod summary;
mod table;
mod trackers;
mod wrap;

pub(crate) use fact::side;
pub(crate) use html::page as html;
pub(crate) use json::page as json;
pub(crate) use look::Look;
pub(crate) use markdown::page as markdown;
pub(crate) use schema::text as schema;
pub(crate) use table::page as table;
pub(crate) use trackers::{bencher, github_action_benchmark};
