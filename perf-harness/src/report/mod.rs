//! Telling: findings in, words out. Pure functions; nothing is printed here.

mod advice;
mod defects;
mod failure;
mod growth;
mod json;
mod known;
mod limits;
mod next;
mod number;
mod parent;
mod path;
#[cfg(feature = "snapshot")]
mod plan_list;
mod plans;
mod scaling;
mod setup;
mod sql_line;
mod values;
mod within;

pub(crate) use advice::lines as advice_lines;
pub(crate) use failure::failure;
pub(crate) use json::failure_json;
pub(crate) use known::{stale, standings_json};
pub(crate) use number::grouped;
#[cfg(feature = "snapshot")]
pub(crate) use plan_list::plan_list;
pub(crate) use setup::not_measured;

use std::path::Path;

/// Whether values may be shown: they can hold secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Values {
    Shown,
    Masked,
}

/// What a report is about, besides its findings.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Subject<'a> {
    /// The test's path, as its runner takes it.
    pub(crate) test: &'a str,
    /// The program and the test's path, as a baseline names it.
    pub(crate) known_as: &'a str,
    /// The file of known findings, whether it is there or not.
    pub(crate) baseline: Option<&'a Path>,
    /// Where everything recorded can be read, if it could be written.
    pub(crate) artefact: Option<&'a str>,
    /// Where its database can be looked at. It can hold a password.
    pub(crate) kept: Option<&'a str>,
    pub(crate) values: Values,
}
