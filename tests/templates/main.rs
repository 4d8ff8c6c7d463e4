//! Templates: what they are made from, when they are built again, who builds them, and what a broken one says.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(
    clippy::print_stdout,
    reason = "a process tells the test that runs it, and a skipped test why"
)]

mod concurrency;
mod failing;
mod layers;
mod seeding;
mod sources;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use perf_harness::{Failure, PerfDb, PerfTest, Template, TemplateDb};
use sqlx::AssertSqlSafe;

/// Runs a statement in a template that is being filled.
async fn execute(db: &TemplateDb, sql: &str) -> Result<(), sqlx::Error> {
    let statements = sqlx::raw_sql(AssertSqlSafe(sql));
    statements.execute(&db.pool()).await.map(drop)
}

/// What a query for one text gives in a test's copy of the template.
fn ask(template: Template, query: &str) -> String {
    let mut answer = None;
    let test = PerfTest::new("ask")
        .template(template)
        .run(async |db: PerfDb| answer = Some(answer_of(&db, query).await));
    test.unwrap_or_else(|failure| panic!("{failure}"));
    answer.unwrap()
}

async fn answer_of(db: &PerfDb, query: &str) -> String {
    let query = sqlx::query_scalar(AssertSqlSafe(query));
    query.fetch_one(&db.pool()).await.unwrap()
}

/// Why the template cannot be had.
fn failure(template: Template) -> Failure {
    let test = PerfTest::new("a_test").template(template);
    test.run(async |_db: PerfDb| {}).unwrap_err()
}

/// Another one each time a program runs, so that no earlier run has built the template.
fn nonce() -> String {
    let now = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
    format!("{}-{}", std::process::id(), now.as_nanos())
}

/// A directory of this test's own, gone afterwards.
struct Directory(PathBuf);

impl Directory {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("ph-templates-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let file = self.0.join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, text).unwrap();
        file
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

const ROLE: &str = "PERF_HARNESS_TEST_ROLE";

/// The part of this test that another process plays.
fn role() -> Option<String> {
    std::env::var(ROLE).ok()
}

/// A program's run of one test, in a role.
fn process(program: &Path, test: &str, role: &str) -> Command {
    let mut command = Command::new(program);
    command
        .args(["--exact", test, "--nocapture"])
        .env(ROLE, role)
        .env_remove("NEXTEST_TEST_NAME")
        .stdout(Stdio::piped());
    command
}

/// This program under another name: another build of it, as far as templates go.
fn copy_of_this_program(directory: &Directory, name: &str) -> PathBuf {
    let program = directory.0.join(name);
    std::fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    program
}

/// What a run prints after a word at the start of a line.
fn printed(mut command: Command, word: &str) -> String {
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}");
    let found = text.lines().find_map(|line| line.strip_prefix(word));
    found.expect(&text).to_owned()
}

/// A program of PostgreSQL's, beside the server's or in `PATH`.
fn postgres_program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten();
    let beside = versions.flatten().map(|version| version.path().join("bin"));
    let mut places = beside.chain(std::env::split_paths(&path));
    let found = places.find_map(|place| Some(place.join(name)).filter(|file| file.is_file()));
    if found.is_none() {
        println!("skipped: there is no {name} on this machine");
    }
    found
}
