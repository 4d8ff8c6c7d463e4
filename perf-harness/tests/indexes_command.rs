//! Which indexes tests use: written by tests in processes of their own, and told by `perf-harness indexes` as a user calls it.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::process::Command;

use insta::assert_snapshot;
use perf_harness::{PerfTest, TemplateDb};
use sqlx::PgPool;

/// The variable that tells a process what to do.
const ROLE: &str = "PERF_HARNESS_TEST_ROLE";

async fn blog(db: TemplateDb) -> Result<(), sqlx::Error> {
    let tables = "
        CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL);
        CREATE TABLE articles (id int PRIMARY KEY, author_id int NOT NULL REFERENCES users, title text NOT NULL,
            category int NOT NULL, at date NOT NULL);
        CREATE TABLE comments (id int PRIMARY KEY, article_id int NOT NULL REFERENCES articles);
        INSERT INTO users SELECT n, 'user ' || n FROM generate_series(1, 20) n;
        INSERT INTO articles SELECT n, 1 + n % 20, 'article ' || n, n % 50, date '2024-01-01' + n FROM generate_series(1, 100) n;
        INSERT INTO comments SELECT n, 1 + n % 100 FROM generate_series(1, 100) n;
        CREATE INDEX articles_author_id ON articles (author_id);
        CREATE INDEX articles_category ON articles (category);
        CREATE INDEX articles_category_at ON articles (category, at);
        CREATE INDEX articles_title ON articles (title);
        CREATE UNIQUE INDEX users_name ON users (name)";
    sqlx::raw_sql(tables).execute(&db.pool()).await?;
    Ok(())
}

async fn work(role: &str, pool: &PgPool) {
    let sql = match role {
        // All of a small table is in one block: at its size no index is worth its while.
        "category" => "SELECT title FROM articles WHERE category = 7 ORDER BY at LIMIT 3",
        "title" => "SELECT id FROM articles WHERE title = 'article 7'",
        _ => "SELECT name FROM users WHERE id = 3",
    };
    sqlx::query(sql).fetch_all(pool).await.unwrap();
}

/// The test that other processes act in.
#[test]
fn a_child_acts() {
    let Ok(role) = std::env::var(ROLE) else {
        return;
    };
    let test = PerfTest::new(format!("pages::{role}")).template(blog);
    let outcome = test.run(async |db| {
        if role != "idle" {
            let recording = db.record(work(&role, &db.pool())).await;
            assert_eq!(recording.queries().count(), 1);
        }
    });
    outcome.unwrap();
}

fn directory(name: &str) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("indexes-{name}"));
    drop(std::fs::remove_dir_all(&directory));
    directory
}

fn run(role: &str, directory: Option<&Path>) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "a_child_acts", "--nocapture"])
        .env(ROLE, role)
        .env_remove("PERF_HARNESS_INDEXES")
        .env_remove("NEXTEST_TEST_NAME");
    if let Some(directory) = directory {
        command.env("PERF_HARNESS_INDEXES", directory);
    }
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{role}: {said}");
    assert!(!said.contains("is not known"), "{role}: {said}");
}

/// What it prints, with the exit code that it must have.
#[track_caller]
fn told(words: &[&str], directory: &Path, code: i32) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_perf-harness"));
    let output = command
        .arg("indexes")
        .args(words)
        .arg(directory)
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8(said).unwrap();
    assert_eq!(output.status.code(), Some(code), "{said}");
    said.replace(&directory.display().to_string(), "<directory>")
}

#[test]
fn what_no_test_uses_what_another_index_does_and_what_is_missing_is_told() {
    let directory = directory("told");
    run("users", Some(&directory));
    run("category", Some(&directory));
    assert_snapshot!("what_is_told", told(&[], &directory, 0));
    told(&["--check"], &directory, 1);
    run("title", Some(&directory));
    let all = told(&[], &directory, 0);
    assert!(!all.contains("unused"), "{all}");
    assert!(all.contains("3 tests"), "{all}");
    let json: serde_json::Value = serde_json::from_str(&told(&["--json"], &directory, 0)).unwrap();
    assert_eq!(
        json["databases"][0]["redundant"][0]["name"],
        "public.articles_category"
    );
}

#[test]
fn without_the_variable_nothing_is_written_and_without_a_recording_neither() {
    let directory = directory("nothing");
    run("users", None);
    run("idle", Some(&directory));
    assert_snapshot!("nothing_is_collected", told(&[], &directory, 2));
}

#[test]
fn a_file_that_is_not_understood_is_named() {
    let directory = directory("odd");
    std::fs::create_dir_all(&directory).unwrap();
    std::fs::write(directory.join("a.json"), "{}").unwrap();
    assert_snapshot!("a_file_that_is_not_understood", told(&[], &directory, 2));
}
