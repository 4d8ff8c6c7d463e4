//! The tables of the app: its `models.py`.
#![expect(missing_docs, reason = "a field is the column of the same name")]

pub mod check;
pub mod file;
pub mod project;
