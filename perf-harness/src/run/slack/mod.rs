//! How much each limit of the file of budgets has left: what it allows beside what the last run of the tests cost.

pub mod command;
mod table;
mod tighten;
