//! `cargo xtask flake-check`: how often a verdict on latency is wrong, quiet and beside processes that take the processors.
//!
//! The bench of perf-harness runs the work and prints Markdown: the tables of `docs/flake-check.md`.

use std::path::Path;

use crate::bench_recorder::{Extent, output};
use crate::error::SetupError;

/// Builds the bench, runs it and prints its tables.
pub(crate) fn run(root: &Path, extent: Extent) -> Result<(), SetupError> {
    if extent == Extent::Quick {
        println!("quick: few runs of an unoptimised build. These are no figures to quote.");
    }
    print!("{}", output(root, "flake_check", extent)?);
    Ok(())
}
