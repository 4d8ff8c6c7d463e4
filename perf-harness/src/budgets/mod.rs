//! The file of budgets, `perf-budgets.toml`: what each endpoint or piece of work may cost, read and checked.
//!
//! Nothing of it is ignored: what is not understood is an error that names the file, the line, the key and the cure.

mod entry;
mod key;
mod lines;
mod read;
pub mod schema;

use std::io::ErrorKind;
use std::path::Path;

pub use self::entry::{Budgets, Entry, Ruled, Source, latency_rules};
pub use self::lines::{Place, places};
pub use self::read::budgets;

pub use crate::budget::Measured;
use crate::error::SetupError;

/// The budgets of a file, which errors tell by another path. Where there is none, no entry has any, and the defaults are the mission's.
pub fn of_file(file: &Path, told: &Path) -> Result<Budgets, SetupError> {
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Ok(Budgets {
                is_there: false,
                ..budgets("", told)?
            });
        }
        Err(error) => {
            return Err(SetupError::Budgets {
                cause: format!("{} cannot be read: {error}", told.display()),
                cure: "make it a text file that this user can read, or name another one: PERF_HARNESS_BUDGETS=<file>"
                    .to_owned(),
            });
        }
    };
    budgets(&text, told)
}
