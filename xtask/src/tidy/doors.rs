//! One door each from the library to the outside, so that the rest stays pure. Tests may use any.

use super::finding::Finding;
use super::paths::{Path, paths};
use super::rust_file::RustFile;
use super::tokens::{is_test_file, test_modules, without_tests};

/// A way to the outside and the one module that goes it, with all below that module.
struct Door {
    words: &'static [&'static str],
    keeper: &'static [&'static str],
    cure: &'static str,
}

const DOORS: &[Door] = &[
    Door {
        words: &["TcpListener", "TcpStream", "UnixListener", "UnixStream"],
        keeper: &["record", "wire", "tap"],
        cure: "only record/wire/tap opens sockets: reach Postgres through sqlx",
    },
    Door {
        words: &[
            "env::var",
            "env::var_os",
            "env::vars",
            "env::vars_os",
            "env::*",
        ],
        keeper: &["config"],
        cure: "only config reads the environment: read it there and hand the value in",
    },
    Door {
        words: &["Instant::now", "SystemTime"],
        keeper: &["clock"],
        cure: "only clock tells the time: ask it, or take the time as an argument",
    },
    Door {
        words: &[
            "println!",
            "eprintln!",
            "print!",
            "eprint!",
            "io::stdout",
            "io::stderr",
        ],
        keeper: &["run"],
        cure: "only run prints: return the text",
    },
    Door {
        words: &["panic!", "panic_any", "resume_unwind"],
        keeper: &["run"],
        cure: "only run panics: return a SetupError or a Violation (assert! and unreachable! tell of bugs)",
    },
];

pub(crate) fn check(files: &[RustFile<'_>]) -> Vec<Finding> {
    let tests = modules_of_tests(files);
    files
        .iter()
        .filter(|file| !tests.iter().any(|test| is_within(file, test)))
        .flat_map(check_file)
        .collect()
}

fn check_file(file: &RustFile<'_>) -> Vec<Finding> {
    let Some(module) = file.module() else {
        return Vec::new();
    };
    let tokens = file.tokens();
    let mut findings: Vec<_> = paths(&without_tests(&tokens))
        .iter()
        .flat_map(|path| objections(path, &module))
        .map(|(line, message)| Finding::new(file.path, line, message))
        .collect();
    findings.dedup();
    findings
}

fn objections(path: &Path<'_>, module: &[&str]) -> impl Iterator<Item = (usize, String)> {
    let shut = DOORS.iter().filter(|door| !module.starts_with(door.keeper));
    shut.filter_map(|door| {
        let word = door.words.iter().find(|word| path.names(word))?;
        Some((path.line, format!("`{word}`: {}", door.cure)))
    })
}

/// The modules, each from the top down, that the compiler sees in a test build only.
fn modules_of_tests(files: &[RustFile<'_>]) -> Vec<Vec<String>> {
    let mut modules = Vec::new();
    for file in files {
        let Some(module) = file.module() else {
            continue;
        };
        let module: Vec<_> = module.iter().map(ToString::to_string).collect();
        let tokens = file.tokens();
        for name in test_modules(&tokens) {
            modules.push([module.clone(), vec![name.to_owned()]].concat());
        }
        if is_test_file(&tokens) {
            modules.push(module);
        }
    }
    modules
}

fn is_within(file: &RustFile<'_>, module: &[String]) -> bool {
    let own = file.module().unwrap_or_default();
    !module.is_empty()
        && own.len() >= module.len()
        && own.iter().zip(module).all(|(own, name)| own == name)
}

#[cfg(test)]
mod tests {
    use super::super::sample::{assert_told, check_harness_file, told_of_rust};
    use super::*;

    fn check_one(path: &str, text: &str, expected: &[&str]) {
        check_harness_file(check, path, text, expected);
    }

    #[test]
    fn each_keeper_uses_its_door() {
        check_one(
            "record/wire/tap.rs",
            "use tokio::net::{TcpListener, UnixStream};",
            &[],
        );
        check_one(
            "record/wire/tap/listen.rs",
            "use tokio::net::TcpListener;",
            &[],
        );
        check_one("config.rs", "fn f() { std::env::var(\"A\") }", &[]);
        check_one("clock.rs", "Instant::now(); SystemTime::now()", &[]);
        check_one(
            "run.rs",
            "eprintln!(); panic!(); std::panic::resume_unwind(a)",
            &[],
        );
        check_one("run/story.rs", "eprintln!(); panic!()", &[]);
    }

    #[test]
    fn everybody_else_is_told_the_door() {
        check_one(
            "postgres/url.rs",
            "\nuse std::net::TcpStream;",
            &["2: `TcpStream`: only record/wire/tap opens sockets"],
        );
        check_one(
            "record/wire/session.rs",
            "use tokio::net::{\n  UnixListener\n};",
            &["2: `UnixListener`"],
        );
        check_one(
            "postgres/mod.rs",
            "env::var(\"A\")",
            &["1: `env::var`: only config reads"],
        );
        check_one(
            "run.rs",
            "use std::env::{self, var_os};",
            &["1: `env::var_os`: only config"],
        );
        check_one(
            "stats/mod.rs",
            "std::time::Instant::now()",
            &["1: `Instant::now`: only clock"],
        );
        check_one(
            "stats/mod.rs",
            "map(Instant::now)",
            &["1: `Instant::now`: only clock"],
        );
        check_one(
            "stats/mod.rs",
            "use std::time::SystemTime;",
            &["1: `SystemTime`: only clock"],
        );
        check_one(
            "report/text.rs",
            "print!(\"a\")",
            &["1: `print!`: only run prints"],
        );
        check_one(
            "report/text.rs",
            "io::stderr().lock()",
            &["1: `io::stderr`: only run prints"],
        );
        check_one(
            "budget/mod.rs",
            "panic!(\"a\")",
            &["1: `panic!`: only run panics"],
        );
        check_one(
            "lib.rs",
            "std::panic::resume_unwind(a)",
            &["1: `resume_unwind`: only run panics"],
        );
    }

    #[test]
    fn what_only_looks_like_a_door_passes() {
        check_one(
            "stats/mod.rs",
            "start.elapsed(); use std::time::{Duration, Instant};",
            &[],
        );
        check_one(
            "budget/mod.rs",
            "assert!(a); unreachable!(); use std::panic::Location;",
            &[],
        );
        check_one(
            "report/text.rs",
            "// println!()\nlet a = \"panic!\"; writeln!(out)",
            &[],
        );
        check_one(
            "postgres/local.rs",
            "Command::new(a).stdout(Stdio::piped()); env::temp_dir()",
            &[],
        );
    }

    #[test]
    fn tests_may_use_any_door() {
        let text = "#[cfg(test)]\nmod tests {\n    fn a() { panic!() }\n}\nfn b() { panic!() }\n";
        check_one("budget/mod.rs", text, &["5: `panic!`"]);
        check_one(
            "budget/stream.rs",
            "#![cfg(test)]\nuse std::net::TcpStream;",
            &[],
        );
        let told = told_of_rust(
            check,
            &[
                (
                    "perf-harness/src/budget/mod.rs",
                    "#[cfg(test)]\nmod tests;\nmod rows;",
                ),
                ("perf-harness/src/budget/tests.rs", "panic!()"),
                ("perf-harness/src/budget/rows.rs", "panic!()"),
            ],
        );
        assert_told(&told, &["perf-harness/src/budget/rows.rs:1: `panic!`"]);
    }

    #[test]
    fn other_packages_have_no_doors() {
        assert_told(
            &told_of_rust(check, &[("xtask/src/lib.rs", "println!()")]),
            &[],
        );
    }
}
