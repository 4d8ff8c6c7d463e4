//! What divan benches say: their names, and what divan's text holds of a run of one of them.
//!
//! Divan has no output for machines. Its text is read strictly: what cannot be read is an error that names the line.
//!
//! - `cells`, `rows`, `output`, `unreadable`: a line of the table, what stands below a bench, the whole text, what is wrong with it
//! - `program`: a program that runs to its end, or to a deadline
//! - `names`, `filter`: which benches a program has, which of them are asked for, which may be slower
//! - `process`: one bench, run alone as a whole process

mod cells;
pub(crate) mod filter;
pub(crate) mod names;
pub(crate) mod output;
pub(crate) mod process;
pub(crate) mod program;
mod rows;
mod unreadable;

pub(crate) use program::{in_words, last_lines, without_divans_variables};
