//! On small scripts that do what benches do.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::Stdio;

use tempfile::TempDir;

use super::super::program::tests::patiently;
use super::*;

/// A program in the folder, of lines of shell.
///
/// Another program writes it: while this one had it open for writing, a child that another test starts just then would have it
/// too, and what is open for writing cannot be run.
pub(in crate::divan) fn script(directory: &TempDir, body: &str) -> PathBuf {
    let path = directory.path().join("program");
    let mut writer = Command::new("/bin/sh")
        .args(["-c", "cat >\"$0\" && chmod +x \"$0\""])
        .arg(&path)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let mut text = writer.stdin.take().unwrap();
    write!(text, "#!/bin/sh\n{body}\n").unwrap();
    drop(text);
    assert!(writer.wait().unwrap().success());
    path
}

const TABLE: &str = "\
cat <<'E'
a        fastest       │ slowest       │ median        │ mean          │ samples │ iters
╰─ b  c  1.5 ns        │ 3 ns          │ 2 ns          │ 2 ns          │ 8       │ 24

E";

fn ran(body: &str, deadline: Duration) -> Result<Vec<Measured>, RunError> {
    let directory = tempfile::tempdir().unwrap();
    let exe = script(&directory, body);
    run(&Run {
        under: &[],
        exe: &exe,
        current_dir: directory.path(),
        name: "a::b  c",
        sample_size: 3,
        sample_count: 8,
        threads: None,
        environment: &[("OF_THE_BENCH".into(), "set".into())],
        deadline,
    })
}

const LONG: Duration = Duration::from_mins(1);

#[track_caller]
fn check(body: &str, expected: &str) {
    let told = ran(body, LONG).unwrap_err().to_string();
    assert_eq!(told, expected);
}

#[test]
fn a_bench_is_run_alone_as_asked_and_read() {
    let arguments = "--bench --exact a::b  c --color never --bytes-format decimal --sample-size 3 --sample-count 8";
    let body = format!(
        "[ \"$*\" = '{arguments}' ] && [ \"$OF_THE_BENCH\" = set ] && [ -z \"$NEXTEST\" ] && [ -e program ] || exit 1\n\
         echo 'Timer precision: 20 ns' >&2\n{TABLE}"
    );
    let measured = ran(&body, LONG).unwrap();
    assert_eq!(measured.len(), 1);
    assert_eq!((measured[0].samples, measured[0].iterations), (8, 24));
    assert!((measured[0].fastest_ns - 1.5).abs() < 1e-9);
}

#[test]
fn a_panic_is_told_with_its_place_and_words() {
    check(
        "printf '╰─ b'; cat >&2 <<'E'\nTimer precision: 20 ns\n\nthread 'main' (7) panicked at benches/b.rs:9:5:\nthe cure\nis \
         worse\nnote: run with `RUST_BACKTRACE=1` environment variable to display a backtrace\nE\nexit 101",
        "it panicked at benches/b.rs:9:5:\nthe cure\nis worse",
    );
    check(
        "cat >&2 <<'E'\n\nthread 'divan-1' panicked at b.rs:1:2:\nfirst\nstack backtrace:\n 0: x\n\nthread 'main' panicked at \
         divan.rs:3:4:\nsecond\nE\nexit 101",
        "it panicked at b.rs:1:2:\nfirst",
    );
    check(
        "echo ' panicked at x' >&2; exit 101",
        "it ended with exit code 101; its stderr:\n panicked at x",
    );
}

#[test]
fn another_end_is_told_with_the_last_of_its_stderr() {
    check(
        "echo what >&2; exit 2",
        "it ended with exit code 2; its stderr:\nwhat",
    );
    check(
        "kill -6 $$",
        "it was killed by signal 6; it told nothing on stderr",
    );
    patiently(|deadline| {
        let told = ran("echo so far >&2; sleep 1000", deadline);
        let told = told.unwrap_err().to_string();
        let expected = "and was killed; its stderr:\nso far";
        told.ends_with(expected)
            .then(|| assert!(told.starts_with("it was not done after "), "{told}"))
    });
    let endless = "while :; do echo 0123456789 || exit; done";
    let told = ran(endless, Duration::from_millis(300)).unwrap_err();
    assert!(matches!(told, RunError::Deadline { .. }), "{told}");
}

#[test]
fn an_output_that_is_not_as_asked_is_an_error() {
    let unreadable = ran("exit 0", LONG).unwrap_err();
    assert!(
        unreadable.to_string().contains("divan printed nothing"),
        "{unreadable}"
    );
    let other = TABLE.replace("24", "32");
    check(
        &other,
        "it ran 32 iterations in 8 samples, not 3 in each: does the program's `main` set a sample size itself?",
    );
    let much = "i=0; while [ $i -lt 1100 ]; do printf '%01023d\\n' $i; i=$((i+1)); done";
    let told = ran(much, LONG).unwrap_err();
    assert!(matches!(told, RunError::PrintsTooMuch), "{told}");
    let nothing = run(&Run {
        under: &[],
        exe: Path::new("/no/such"),
        current_dir: Path::new("/"),
        name: "a",
        sample_size: 1,
        sample_count: 1,
        threads: None,
        environment: &[],
        deadline: LONG,
    });
    let told = nothing.unwrap_err().to_string();
    assert!(
        told.starts_with("`/no/such` could not be started: "),
        "{told}"
    );
}
