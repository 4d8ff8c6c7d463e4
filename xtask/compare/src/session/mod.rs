//! A whole comparison, from the words to the outcome.
//!
//! `held` has the folder for it, `sides` builds both, `matched` finds the benches that they share and `variants` those of two groups,
//! `saved` keeps a side and takes it for a base; `running` compares them one by one, out of `copies`, `machine` tells where it was.

mod copies;
mod held;
mod machine;
mod matched;
mod progress;
mod running;
mod saved;
mod sides;
mod variants;

use std::path::PathBuf;
use std::time::Instant;

use fastrand::Rng;

use crate::arguments::{Options, Subject};
use crate::build;
use crate::callgrind;
use crate::error::CompareError;
use crate::interrupt;
use crate::lockstep;
use crate::outcome::{Comparison, Kind, LeftOut};
use crate::settings::Settings;
use copies::Copies;
use machine::Watched;
use matched::Matched;
use running::Running;
pub(crate) use saved::save;
use sides::Sides;

/// What came of the words.
pub(crate) enum Told {
    /// The benches that would be compared.
    Names(Vec<String>),
    Outcome(Box<Comparison>),
}

pub(crate) fn run(options: &Options) -> Result<Told, CompareError> {
    let started = Instant::now();
    let here = std::env::current_dir().map_err(|error| CompareError::File(".".into(), error))?;
    interrupt::listen();
    if options.counts_instructions {
        callgrind::is_installed()?;
    }
    lockstep::clean(&std::env::temp_dir());
    let workspace = build::workspace(&here)?;
    let settings = Settings::read(&workspace.workspace_root)?;
    let sides = unless_stopped(Sides::prepare(&here, &workspace, options))?;
    let matched = unless_stopped(Matched::of(&sides, options))?;
    if options.only_lists {
        return Ok(Told::Names(matched.names()));
    }
    let seed = options.seed.unwrap_or_else(|| Rng::new().u64(0..1 << 53));
    let watched = Watched::begin();
    let mut running = Running::new(options, &settings, seed);
    running.all(&matched, Copies::new(sides.held.running()));
    let Matched {
        only_base,
        only_head,
        mut left_out,
        known,
        ..
    } = matched;
    // Where only a part was built, the others are not known: by cargo's words, or in a member's folder.
    let is_root = |here: PathBuf| here == workspace.workspace_root;
    if options.cargo.is_empty() && here.canonicalize().is_ok_and(is_root) {
        left_out.extend(settings.idle(&known).into_iter().map(without_bench));
    }
    let mut outcome = Comparison {
        schema_version: Comparison::SCHEMA_VERSION,
        kind: kind(&options.subject),
        base: sides.base.clone(),
        head: sides.head.clone(),
        benchmarks: running.benchmarks,
        only_base,
        only_head,
        left_out,
        control: running.control,
        machine: watched.end(sides.profile.clone()),
        seed,
        seconds: started.elapsed().as_secs_f64(),
        is_partial: interrupt::came(),
    };
    outcome.left_out.extend(running.left_out);
    outcome.only_base.extend(running.only_base);
    outcome.only_head.extend(running.only_head);
    Ok(Told::Outcome(Box::new(outcome)))
}

fn without_bench(pattern: &str) -> LeftOut {
    LeftOut {
        name: format!("bench-compare.toml: {pattern}"),
        reason: "no bench has that name, from its beginning to its end: `--list` shows them"
            .to_owned(),
        is_failure: false,
    }
}

/// What fails after Ctrl-C may have failed by that.
fn unless_stopped<T>(result: Result<T, CompareError>) -> Result<T, CompareError> {
    if interrupt::came() {
        return Err(CompareError::Stopped);
    }
    result
}

fn kind(subject: &Subject) -> Kind {
    match subject {
        Subject::Versions(..) | Subject::Against(..) => Kind::Versions,
        Subject::Variants(..) => Kind::Variants,
        Subject::Itself => Kind::Itself,
    }
}
