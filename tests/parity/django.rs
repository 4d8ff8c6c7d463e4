//! The original: its virtual environment, its server, and the reason where there is none.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;

use crate::client::Client;
use crate::template::{self, on_a_copy};

/// The variable that turns a skipped test into a failed one.
const REQUIRED: &str = "PERF_HARNESS_TEST_DJANGO";

/// `tests/django`.
pub(crate) fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("django")
}

/// The Python that has what the original needs, made once; or why there is none.
static PYTHON: LazyLock<Result<PathBuf, String>> = LazyLock::new(|| {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("django");
    let setup = Command::new("bash")
        .arg(project().join("setup"))
        .arg(&place)
        .output()
        .map_err(|error| format!("bash cannot be started: {error}"))?;
    if setup.status.success() {
        return Ok(place.join("bin/python"));
    }
    let told = String::from_utf8_lossy(&setup.stderr);
    Err(told.trim().lines().last().unwrap_or("no reason").to_owned())
});

/// `None`, and why, where Python or its packages cannot be had.
pub(crate) fn python(test: &str) -> Option<PathBuf> {
    match PYTHON.as_ref() {
        Ok(python) => Some(python.clone()),
        Err(reason) if std::env::var_os(REQUIRED).is_some() => {
            panic!("{REQUIRED} is set, and Django cannot be had: {reason}")
        }
        Err(reason) => {
            println!("skipped: {test}: Django cannot be had: {reason}");
            None
        }
    }
}

/// A running original. It ends with this value.
pub(crate) struct Django {
    process: Child,
    pub(crate) client: Client,
}

impl Django {
    /// On the database of this URL, with one thread, so one connection.
    pub(crate) fn start(python: &Path, database: &str, environment: &[(&str, &str)]) -> Self {
        let mut process = Command::new(python)
            .arg(project().join("serve.py"))
            .env("DATABASE_URL", database)
            .env("THREADS", "1")
            .envs(environment.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut first = String::new();
        let output = process.stdout.take().unwrap();
        BufReader::new(output).read_line(&mut first).unwrap();
        let address = first.trim().strip_prefix("listening on ");
        let address = address.unwrap_or_else(|| panic!("Django said {first:?}"));
        let client = Client::of(address);
        Self { process, client }
    }
}

impl Drop for Django {
    /// The end of its input is its sign to go.
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        drop(self.process.wait());
    }
}

/// What each of its endpoints costs is held there by `assertNumQueries`, in a database that Django makes.
#[test]
fn the_tests_of_the_original_pass() {
    let Some(python) = python("the_tests_of_the_original_pass") else {
        return;
    };
    let told = on_a_copy("parity::original", template::ported(), async |db| {
        let output = Command::new(&python)
            .args(["manage.py", "test", "--noinput"])
            .current_dir(project())
            .env("DATABASE_URL", db.direct_url())
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{told}");
        told
    });
    let ran = told.lines().find(|line| line.starts_with("Ran "));
    println!(
        "the original: {}",
        ran.expect("it says how many tests it ran")
    );
    assert!(!told.contains("Ran 0 tests"), "{told}");
}
