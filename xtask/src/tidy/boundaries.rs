//! The library's modules know only what is below them. The table is [`MODULES`]; DESIGN and ARCHITECTURE say why.
//!
//! A module names another by its own path (`crate::plan::Plan`): a name that the root re-exports would hide who
//! uses whom. Tests inside a module keep to the same table.

use std::collections::BTreeMap;

use super::finding::Finding;
use super::paths::{Path, paths};
use super::rust_file::RustFile;

/// Each top-level module and the others that it may use, from the bottom up.
const MODULES: &[(&str, &[&str])] = &[
    ("date", &[]),
    ("nearest", &[]),
    ("units", &[]),
    ("clock", &["date"]),
    ("error", &["nearest"]),
    // What expands in a user's crate sees the library as a user does: through `$crate`.
    ("macros", &[]),
    ("stats", &[]),
    ("config", &["error"]),
    ("progress", &["clock"]),
    ("machine", &["clock"]),
    ("record", &["clock", "date", "error", "units"]),
    ("plan", &["clock", "error"]),
    ("postgres", &["clock", "config", "error", "progress"]),
    // A database owns the tap that records it.
    (
        "database",
        &["clock", "config", "error", "postgres", "progress", "record"],
    ),
    ("timing", &["machine", "record"]),
    (
        "budget",
        &[
            "date", "error", "plan", "record", "stats", "timing", "units",
        ],
    ),
    (
        "baseline",
        &[
            "budget", "clock", "config", "date", "error", "nearest", "record",
        ],
    ),
    ("budgets", &["budget", "error", "nearest", "units"]),
    ("history", &["clock", "config", "date", "error"]),
    (
        "report",
        &[
            "budget", "error", "machine", "plan", "record", "stats", "timing", "units",
        ],
    ),
];

/// The modules that know all. The root of the crate is the third.
const KNOW_ALL: &[&str] = &["run", "__private"];

pub(crate) fn check(files: &[RustFile<'_>]) -> Vec<Finding> {
    let mut findings = unknown_modules(files);
    for file in files {
        if let Some((module, allowed)) = file.module().and_then(with_allowed) {
            findings.extend(uses(file, &module, allowed));
        }
    }
    findings
}

/// The module of a file together with what its top-level module may use; `None` when that is everything.
fn with_allowed(module: Vec<&str>) -> Option<(Vec<&str>, &'static [&'static str])> {
    let top = module.first()?;
    let (_, allowed) = MODULES.iter().find(|(name, _)| name == top)?;
    Some((module, allowed))
}

fn is_known(name: &str) -> bool {
    KNOW_ALL.contains(&name) || MODULES.iter().any(|(known, _)| *known == name)
}

/// One finding per module, at the first of its files.
fn unknown_modules(files: &[RustFile<'_>]) -> Vec<Finding> {
    let mut unknown = BTreeMap::new();
    for file in files {
        if let Some(top) = file.module().and_then(|module| module.first().copied())
            && !is_known(top)
        {
            unknown.entry(top).or_insert(file.path);
        }
    }
    let told = unknown.into_iter().map(|(module, path)| {
        let message = format!(
            "nothing says what the module `{module}` may use: add it to the table in \
             xtask/src/tidy/boundaries.rs and to docs/ARCHITECTURE.md"
        );
        Finding::new(path, 1, message)
    });
    told.collect()
}

fn uses(file: &RustFile<'_>, module: &[&str], allowed: &[&str]) -> Vec<Finding> {
    let tokens = file.tokens();
    let mut findings: Vec<_> = paths(&tokens)
        .iter()
        .filter_map(|path| Some((path.line, objection(path, module, allowed)?)))
        .map(|(line, message)| Finding::new(file.path, line, message))
        .collect();
    findings.dedup();
    findings
}

fn objection(path: &Path<'_>, module: &[&str], allowed: &[&str]) -> Option<String> {
    let place = path.absolute(module)?;
    let (top, target) = (module[0], *place.first()?);
    let is_exported_macro = path.is_macro && place.len() == 1;
    if target == top || allowed.contains(&target) || is_exported_macro {
        return None;
    }
    let objection = match target {
        "*" => format!(
            "this takes in the whole crate: name the modules, so that one sees what `{top}` uses"
        ),
        _ if is_known(target) => format!(
            "`{top}` may use {}, not `{target}`: hand the value in from `run`, which knows all",
            in_words(allowed)
        ),
        _ => format!(
            "`{target}` is no module: name the one it comes from, so that one sees what `{top}` uses"
        ),
    };
    Some(objection)
}

fn in_words(modules: &[&str]) -> String {
    if modules.is_empty() {
        return "no other module".to_owned();
    }
    let quoted: Vec<_> = modules.iter().map(|module| format!("`{module}`")).collect();
    quoted.join(", ")
}

#[cfg(test)]
mod tests {
    use super::super::sample::{assert_told, check_harness_file, told_of_rust};
    use super::*;

    fn check_one(path: &str, text: &str, expected: &[&str]) {
        check_harness_file(check, path, text, expected);
    }

    #[test]
    fn a_module_uses_what_is_below_it() {
        check_one("clock.rs", "use std::time::Instant;", &[]);
        check_one("config.rs", "use crate::error::SetupError;", &[]);
        check_one(
            "record/wire/tap.rs",
            "use crate::clock; use super::super::query::Query;",
            &[],
        );
        check_one(
            "record/mod.rs",
            "use self::wire::tap; use crate::record::query;",
            &[],
        );
        check_one(
            "budget/queries.rs",
            "use crate::{plan::Plan, record::Query, stats};",
            &[],
        );
        check_one("report/text.rs", "use crate::budget::Violation;", &[]);
        check_one(
            "database/mod.rs",
            "use crate::{postgres, record::wire::tap};",
            &[],
        );
        check_one("run.rs", "use crate::{report, PerfDb}; use super::*;", &[]);
        check_one("__private.rs", "pub use crate::run::run;", &[]);
        check_one(
            "lib.rs",
            "pub use crate::record::Recording; pub use self::run::perf;",
            &[],
        );
    }

    #[test]
    fn a_module_does_not_use_what_is_beside_or_above_it() {
        check_one(
            "plan/mod.rs",
            "use crate::error::SetupError;\nuse crate::record::Query;\n",
            &["2: `plan` may use `clock`, `error`, not `record`: hand the value in from `run`"],
        );
        check_one(
            "stats/mod.rs",
            "use crate::error::SetupError;",
            &["1: `stats` may use no other module, not `error`"],
        );
        check_one(
            "record/query.rs",
            "fn f() -> crate::plan::Plan {}",
            &["1: `record` may use"],
        );
        check_one(
            "report/text.rs",
            "use crate::database::PerfDb;",
            &["1: `report` may use"],
        );
        check_one(
            "budget/mod.rs",
            "use crate::report::text;",
            &["1: `budget` may use"],
        );
        check_one(
            "plan/mod.rs",
            "use crate::__private::f;",
            &["1: `plan` may use"],
        );
    }

    #[test]
    fn groups_over_several_lines_are_read_leaf_by_leaf() {
        let text = "use crate::{\n    error::SetupError,\n    record::{\n        Query,\n    },\n    run,\n};\n";
        check_one(
            "plan/mod.rs",
            text,
            &["4: `plan` may use", "6: `plan` may use"],
        );
    }

    #[test]
    fn super_is_followed_to_the_top() {
        check_one("clock.rs", "use super::run;", &["1: `clock` may use"]);
        check_one(
            "plan/tree.rs",
            "use super::scale;\nuse super::super::run;",
            &["2: `plan` may use"],
        );
        check_one("clock.rs", "mod tests {\n    use super::now;\n}\n", &[]);
        check_one(
            "clock.rs",
            "mod tests {\n    use super::super::run;\n}\n",
            &["2: `clock` may use"],
        );
    }

    #[test]
    fn tests_inside_a_module_keep_to_the_table() {
        let text = "#[cfg(test)]\nmod tests {\n    use crate::run::run;\n}\n";
        check_one("plan/tree.rs", text, &["3: `plan` may use"]);
    }

    #[test]
    fn names_of_the_root_hide_their_module() {
        check_one(
            "budget/mod.rs",
            "use crate::Recording;",
            &["1: `Recording` is no module"],
        );
        check_one(
            "budget/mod.rs",
            "use crate::*;",
            &["1: this takes in the whole crate"],
        );
        check_one(
            "clock.rs",
            "use super::*;",
            &["1: this takes in the whole crate"],
        );
        check_one("clock.rs", "use crate as perf;", &[]);
        check_one("budget/mod.rs", "crate::exported_macro!(1);", &[]);
    }

    #[test]
    fn comments_strings_and_macros_for_users_are_not_uses() {
        let text = "//! [`crate::run`]\n/// crate::run\n/* crate::run */\nconst A: &str = \"crate::run\";\n";
        check_one("plan/mod.rs", text, &[]);
        check_one(
            "budget/mod.rs",
            "macro_rules! a { () => { $crate::run::b() } }",
            &[],
        );
        check_one(
            "record/mod.rs",
            "pub(crate) struct A; pub(in crate::record) struct B;",
            &[],
        );
    }

    #[test]
    fn an_unknown_module_is_told_once() {
        let told = told_of_rust(
            check,
            &[
                ("perf-harness/src/metrics/mod.rs", "use crate::run;"),
                ("perf-harness/src/metrics/one.rs", ""),
                ("xtask/src/metrics.rs", ""),
            ],
        );
        assert_told(
            &told,
            &["perf-harness/src/metrics/mod.rs:1: nothing says what the module `metrics` may use"],
        );
    }
}
