//! The table of `rest_framework.authtoken`.
#![expect(missing_docs, reason = "a field is the column of the same name")]

pub mod token;
