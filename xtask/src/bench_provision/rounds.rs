//! Runs the programs in turn and times them.

use std::io::BufReader;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::contest::{CONTENDERS, Contender, TESTS, WAYS, Way, tests};
use super::programs::{Programs, Server, started, target};
use crate::error::SetupError;
use crate::workspace;

/// The times of one contender in one way: per test, one for each round.
pub(super) struct Suite {
    pub(super) contender: Contender,
    pub(super) way: Way,
    pub(super) per_test: Vec<Duration>,
}

/// The times from the start of a process to the body of its test.
pub(super) struct Start {
    pub(super) label: &'static str,
    pub(super) times: Vec<Duration>,
}

/// A thousand tests in one run of nextest.
pub(super) enum Thousand {
    Took(Duration),
    Skipped(&'static str),
}

/// Round after round, and in each every contender in every way: what disturbs one disturbs all.
pub(super) fn suites(
    programs: &Programs,
    server: &Server,
    rounds: usize,
) -> Result<Vec<Suite>, SetupError> {
    let mut suites: Vec<Suite> = WAYS
        .iter()
        .flat_map(|way| CONTENDERS.map(|contender| (contender, *way)))
        .map(|(contender, way)| Suite {
            contender,
            way,
            per_test: Vec::new(),
        })
        .collect();
    for contender in CONTENDERS {
        // Templates are made before the clock starts.
        run(programs, server, contender, Way::Threads(1))?;
    }
    for _ in 0..rounds {
        for suite in &mut suites {
            let took = run(programs, server, suite.contender, suite.way)?;
            suite.per_test.push(took / u32::from(TESTS));
        }
    }
    Ok(suites)
}

fn run(
    programs: &Programs,
    server: &Server,
    contender: Contender,
    way: Way,
) -> Result<Duration, SetupError> {
    let command = || {
        let mut command = programs.command(contender.program)?;
        command
            .env("DATABASE_URL", &server.url)
            .stdout(Stdio::null());
        Ok::<_, SetupError>(command)
    };
    let begun = Instant::now();
    match way {
        Way::Threads(threads) => {
            let mut command = command()?;
            command.args(["--test-threads", &threads.to_string()]);
            finished(started(&mut command, contender.program)?, contender.program)?;
        }
        Way::Processes(at_once) => {
            let mut running: Vec<Child> = Vec::new();
            for test in tests() {
                if running.len() == at_once {
                    finished(running.remove(0), contender.program)?;
                }
                let mut command = command()?;
                command
                    .args(["--exact", &test])
                    .env("NEXTEST_EXECUTION_MODE", "process-per-test");
                running.push(started(&mut command, contender.program)?);
            }
            for process in running {
                finished(process, contender.program)?;
            }
        }
    }
    Ok(begun.elapsed())
}

fn finished(mut process: Child, what: &str) -> Result<(), SetupError> {
    match process.wait() {
        Ok(status) if status.success() => Ok(()),
        _ => Err(SetupError::Failed(what.to_owned())),
    }
}

/// From the start of a process to the body of its test: with a server that runs, and with none.
pub(super) fn starts(programs: &Programs, rounds: usize) -> Result<Vec<Start>, SetupError> {
    let mut empty_warm = Vec::new();
    let mut template_warm = Vec::new();
    let mut empty_cold = Vec::new();
    // Its template is made before the clock starts.
    to_the_body(programs, "with_template", None)?;
    for round in 0..rounds {
        empty_warm.push(to_the_body(programs, "empty", None)?);
        template_warm.push(to_the_body(programs, "with_template", None)?);
        // Another idle time is another server, which nobody has started yet.
        let idle = (2 + round).to_string();
        empty_cold.push(to_the_body(programs, "empty", Some(&idle))?);
    }
    Ok(vec![
        Start {
            label: "no server runs, empty database",
            times: empty_cold,
        },
        Start {
            label: "the server runs, empty database",
            times: empty_warm,
        },
        Start {
            label: "the server runs, copy of a template",
            times: template_warm,
        },
    ])
}

fn to_the_body(
    programs: &Programs,
    test: &str,
    idle: Option<&str>,
) -> Result<Duration, SetupError> {
    let mut command = programs.command("first_body")?;
    command
        .args(["--exact", test, "--nocapture"])
        .stdout(Stdio::piped());
    if let Some(idle) = idle {
        command.env("PERF_HARNESS_POSTGRES_IDLE_S", idle);
    }
    let begun = Instant::now();
    let mut process = started(&mut command, "first_body")?;
    let lines = process.stdout.take().map(BufReader::new);
    let mut lines = lines
        .into_iter()
        .flat_map(std::io::BufRead::lines)
        .map_while(Result::ok);
    let reached = lines.any(|line| line == "body").then(|| begun.elapsed());
    // What it prints after that must not make it wait.
    lines.for_each(drop);
    finished(process, "first_body")?;
    reached.ok_or_else(|| SetupError::Failed("first_body".to_owned()))
}

/// A thousand tests, a process each, with nextest's own choice of how many at once.
pub(super) fn thousand(root: &Path) -> Result<Thousand, SetupError> {
    let nextest = || {
        let mut command = Command::new(workspace::cargo());
        command
            .arg("nextest")
            .current_dir(root.join("tests/fixtures/provisioning"))
            .env("CARGO_TARGET_DIR", target(root))
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    };
    if !nextest()
        .arg("--version")
        .status()
        .is_ok_and(|status| status.success())
    {
        return Ok(Thousand::Skipped("cargo-nextest is not installed"));
    }
    let mut command = nextest();
    command.args(["run", "--test", "thousand"]);
    let begun = Instant::now();
    finished(
        started(&mut command, "cargo nextest")?,
        "cargo nextest run --test thousand",
    )?;
    Ok(Thousand::Took(begun.elapsed()))
}
