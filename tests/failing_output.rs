//! Test programs that must fail, run by cargo as a user would, and what they print.

use std::path::{Path, PathBuf};
use std::process::Command;

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

pub(crate) fn cargo(directory: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO"));
    command
        .current_dir(directory)
        .args(arguments)
        // What the outer test runner told its own tests.
        .env_remove("NEXTEST_TEST_NAME")
        .env_remove("NEXTEST_EXECUTION_MODE")
        // What insta prints of a snapshot that is another depends on whether it may write, and so on `CI`.
        .env("INSTA_UPDATE", "no")
        .env_remove("INSTA_OUTPUT")
        .env_remove("INSTA_FORCE_PASS")
        .env("RUST_BACKTRACE", "0");
    command
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What each failing test printed, by name, as libtest shows it.
pub(crate) fn sections(output: &str) -> Vec<(&str, String)> {
    let parts = output.split("\n---- ").skip(1);
    parts
        .map(|part| {
            let (name, rest) = part.split_once(" stdout ----\n").unwrap();
            let rest = rest.split("\nfailures:\n").next().unwrap();
            let told: Vec<&str> = rest
                .lines()
                .filter(|line| !line.starts_with("perf-harness uses"))
                .collect();
            (name, told.join("\n").trim().to_owned())
        })
        .collect()
}

/// The target directory that this test was built in.
pub(crate) fn target() -> PathBuf {
    let executable = std::env::current_exe().unwrap();
    let marked = executable
        .ancestors()
        .find(|directory| directory.join("CACHEDIR.TAG").is_file());
    marked.unwrap().to_owned()
}

/// What is another one each time.
pub(crate) const CHANGING: [(&str, &str); 4] = [
    (r"127\.0\.0\.1:\d+", "127.0.0.1:<port>"),
    (r"psql '[^']+'", "psql '<url>'"),
    (r"ph_[0-9a-z_]+", "<database>"),
    (r"' \(\d+\) panicked", "' panicked"),
];
