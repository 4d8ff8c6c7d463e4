//! Many processes want one template, and one of them is killed.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Stdio};

use perf_harness::{Template, TemplateDb};

use super::{ask, execute, failure, nonce, process, role};

async fn base(db: TemplateDb) -> Result<(), sqlx::Error> {
    execute(
        &db,
        "CREATE TABLE base AS SELECT gen_random_uuid()::text AS mark",
    )
    .await
}

async fn left(db: TemplateDb) -> Result<(), sqlx::Error> {
    execute(
        &db,
        "CREATE TABLE top AS SELECT gen_random_uuid()::text AS mark",
    )
    .await
}

async fn right(db: TemplateDb) -> Result<(), sqlx::Error> {
    left(db).await
}

/// The marks of both chains, which share their lowest layer. Two threads take them in either order.
fn marks(version: &str) -> [String; 4] {
    let chain = |is_left: bool| {
        let lower = Template::function(base).version(version);
        let upper = if is_left {
            lower.seed(left)
        } else {
            lower.seed(right)
        };
        upper.version(version)
    };
    let both = |left_first: bool| {
        [left_first, !left_first].map(|is_left| {
            (
                ask(chain(is_left), "SELECT mark FROM base"),
                ask(chain(is_left), "SELECT mark FROM top"),
            )
        })
    };
    let (ours, theirs) = std::thread::scope(|scope| {
        let other = scope.spawn(|| both(false));
        (both(true), other.join().unwrap())
    });
    let [left, right] = ours;
    assert_eq!([right.clone(), left.clone()], theirs);
    [left.0, left.1, right.0, right.1]
}

#[test]
fn ten_processes_that_build_chains_over_one_layer_build_each_layer_once() {
    let test = "concurrency::ten_processes_that_build_chains_over_one_layer_build_each_layer_once";
    if let Some(version) = role() {
        return println!("\nmarks {}", marks(&version).join(" "));
    }
    let (program, version) = (std::env::current_exe().unwrap(), nonce());
    let processes: Vec<Child> = (0..10)
        .map(|_| process(&program, test, &version).spawn().unwrap())
        .collect();
    let told: Vec<String> = processes
        .into_iter()
        .map(|process| line(&mut Ended(process).0, "marks "))
        .collect();
    assert!(told.iter().all(|marks| *marks == told[0]), "{told:?}");
    let marks: Vec<&str> = told[0].split(' ').collect();
    assert_eq!(marks[0], marks[2], "the lowest layer");
    assert_ne!(marks[1], marks[3]);
}

/// A process that ends with the test, whatever becomes of the test.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// What the process prints after a word at the start of a line.
fn line(process: &mut Child, word: &str) -> String {
    let output = BufReader::new(process.stdout.as_mut().unwrap());
    let mut lines = output.lines().map_while(Result::ok);
    let found = lines.find_map(|line| line.strip_prefix(word).map(str::to_owned));
    found.expect(word)
}

/// Builds half of itself and waits for ever, in the role that is killed.
async fn half(db: TemplateDb) -> Result<(), sqlx::Error> {
    execute(&db, "CREATE TABLE half AS SELECT 'built' AS state").await?;
    if role().is_some_and(|role| role.starts_with("dies")) {
        println!("\nbuilding it");
        std::future::pending::<()>().await;
    }
    Ok(())
}

#[test]
fn a_template_whose_builder_is_killed_is_built_again_and_who_waited_too_long_says_so() {
    let test = "concurrency::a_template_whose_builder_is_killed_is_built_again_and_who_waited_too_long_says_so";
    let app = |version: &str| Template::function(half).version(version);
    let state = "SELECT state FROM half";
    if let Some((role, version)) = role().as_deref().and_then(|role| role.split_once(' ')) {
        if role == "waits" {
            return println!("\ntold {}", failure(app(version)).setup_error().unwrap());
        }
        return println!("\nstate {}", ask(app(version), state));
    }
    let (program, version) = (std::env::current_exe().unwrap(), nonce());
    let start = |role: &str| {
        let mut process = process(&program, test, &format!("{role} {version}"));
        process.env(
            "PERF_HARNESS_TEMPLATE_TIMEOUT_S",
            if role == "waits" { "3" } else { "600" },
        );
        process.stderr(Stdio::piped());
        Ended(process.spawn().unwrap())
    };
    let mut victim = start("dies");
    line(&mut victim.0, "building it");
    let mut waits = start("waits");
    assert_eq!(
        line(&mut waits.0, "told "),
        "the template `templates::concurrency::half` was not finished within 3 s"
    );
    let mut told = String::new();
    let stderr = waits.0.stderr.as_mut().unwrap();
    stderr.read_to_string(&mut told).unwrap();
    let waited = format!(
        "perf-harness is waiting for template templates::concurrency::half, which process {} builds ",
        victim.0.id()
    );
    assert!(told.contains(&waited), "{told}");
    let mut next = start("builds");
    drop(victim);
    assert_eq!(line(&mut next.0, "state "), "built");
}
