//! Programs that others wrote, run on a database.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use perf_harness::PerfDb;
use url::Url;

use super::check;

/// A program of PostgreSQL's, beside the server's or in `PATH`. `None`, with the reason printed, where there is none.
pub(super) fn of_postgres(test: &str, name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten();
    let beside = versions.flatten().map(|version| version.path().join("bin"));
    let mut places = std::env::split_paths(&path).chain(beside);
    let found = places.find_map(|place| Some(place.join(name)).filter(|file| file.is_file()));
    if found.is_none() {
        println!("skipped: {test}: there is no {name} on this machine");
    }
    found
}

/// Has `python3` this module? If not, the reason is printed.
pub(super) fn python_has(test: &str, module: &str) -> bool {
    let import = format!("import {module}");
    let mut python = Command::new("python3");
    let output = python.args(["-c", &import]).output();
    let has = output.is_ok_and(|output| output.status.success());
    if !has {
        println!("skipped: {test}: python3 has no {module} on this machine");
    }
    has
}

/// A scenario of a Python script gives the same results directly and through the recorder.
pub(super) async fn check_python(db: &PerfDb, script: &str, scenario: &str, expected: &str) {
    let user = user(db.url());
    check(db, expected, async |url| {
        let mut python = Command::new("python3");
        python
            .args(["-c", script, scenario, &url])
            .env("PGUSER", &user);
        printed(python, "")
    })
    .await;
}

/// A URL may leave it to the program's surroundings.
pub(super) fn user(url: &str) -> String {
    Url::parse(url).unwrap().username().to_owned()
}

/// The lines that a program prints, on both outputs. It must succeed.
pub(super) fn printed(mut command: Command, input: &str) -> Vec<String> {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    std::io::Write::write_all(&mut stdin, input.as_bytes()).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    let [out, told] =
        [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    assert!(output.status.success(), "{out}{told}");
    out.lines().chain(told.lines()).map(str::to_owned).collect()
}
