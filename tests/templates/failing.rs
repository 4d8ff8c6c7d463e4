//! What a template that cannot be built says: the layer, the file, the line, the server's words, and the cure.
#![expect(
    elided_lifetimes_in_paths,
    reason = "async_trait wants the signatures as `MigrationTrait` has them"
)]

use insta::{assert_snapshot, with_settings};
use perf_harness::{Template, TemplateDb};
use sea_orm_migration::prelude::*;
use sqlx::migrate::Migrator;

use super::sources::migration;
use super::{Directory, execute, failure, nonce, printed, process, role};

/// The whole of what a test says, in places that are the same on all machines.
fn check(name: &str, template: Template) {
    let told = failure(template).to_string();
    with_settings!({ filters => vec![
        (r"\S*/ph-templates-[a-z]+-\d+", "/srv/app"),
        (r"\(in [^)]*\)", "(in <package>)"),
        (r"postgresql-\d+", "postgresql-15"),
        (r":(pg)?\d\d\b", ":${1}15"),
    ]}, { assert_snapshot!(name, told) });
}

async fn nothing(_db: TemplateDb) {}

fn app(template: Template) -> Template {
    template.seed(nothing)
}

#[test]
fn a_file_of_sql() {
    let directory = Directory::new("sql");
    directory.write("0001_users.sql", "CREATE TABLE users (id int);\n");
    directory.write(
        "0002_posts.sql",
        "-- Posts, and who wrote them.\nCREATE TABLE posts (\n    id int,\n    author int REFERENCES authors\n);\n",
    );
    check("a_file_of_sql", app(Template::sql(&directory.0)));
    directory.write(
        "0002_posts.sql",
        "CREATE TABLE posts (\n    id int,\n    title no_such_type\n);\n",
    );
    check("a_type_in_a_file_of_sql", app(Template::sql(&directory.0)));
    directory.write("0002_posts.sql", "SELECT 1;\n\\i more.sql\n");
    check("a_command_of_psql", app(Template::sql(&directory.0)));
}

#[test]
fn a_migration_of_sqlx() {
    let migrator = Migrator::with_migrations(vec![
        migration(1, "users", "CREATE TABLE users (id int)"),
        migration(
            2,
            "add posts",
            "CREATE TABLE posts (\n  id int,\n  title texd\n)",
        ),
    ]);
    check("a_migration_of_sqlx", app(Template::migrations(migrator)));
}

struct Broken;
struct Posts;

impl MigrationName for Posts {
    fn name(&self) -> &'static str {
        "m0002_posts"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Posts {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let statement = "ALTER TABLE books ADD COLUMN posts texd";
        manager
            .get_connection()
            .execute_unprepared(statement)
            .await
            .map(drop)
    }
}

#[async_trait::async_trait]
impl MigratorTrait for Broken {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(super::sources::Books), Box::new(Posts)]
    }
}

#[test]
fn a_migration_of_sea_orm() {
    check(
        "a_migration_of_sea_orm",
        app(Template::migrator::<Broken>()),
    );
}

#[test]
fn a_command_that_fails() {
    let script = "echo 'Running migrations:'; echo 'django.db.utils.ProgrammingError: no such column' >&2; exit 3";
    check(
        "a_command_that_fails",
        app(Template::command("sh", ["-c", script])),
    );
    let none = Template::command("no-such-program-anywhere", ["migrate"]);
    check("a_command_that_is_not_there", app(none));
}

#[test]
fn a_path_that_is_not_there() {
    check("a_folder_that_is_not_there", Template::sql("no/migrations"));
    check(
        "a_pattern_that_matches_nothing",
        app(Template::command("true", ["x"]).reads(["no/*/migrations"])),
    );
}

#[test]
fn an_extension_that_the_server_lacks() {
    let file = |name: &str, sql: &str| {
        let directory = Directory::new(name);
        let file = directory.write("0001_search.sql", sql);
        (Template::sql(file), directory)
    };
    let (template, _directory) = file("lacks", "CREATE EXTENSION no_such_extension;");
    check("an_extension_that_the_server_lacks", app(template));
    let migrator =
        Migrator::with_migrations(vec![migration(1, "x", "CREATE EXTENSION no_such_one")]);
    check(
        "an_extension_in_a_migration_of_sqlx",
        app(Template::migrations(migrator)),
    );
    let script = "echo 'ERROR:  extension \"vector\" is not available' >&2; exit 1";
    check(
        "an_extension_in_the_output_of_a_command",
        Template::command("sh", ["-c", script]),
    );
}

async fn refuses(db: TemplateDb) -> Result<(), sqlx::Error> {
    execute(&db, "CREATE EXTENSION no_such_extension").await
}

async fn panics(_db: TemplateDb) {
    let users: Vec<u32> = Vec::new();
    assert!(!users.is_empty(), "no fixture was found");
}

#[test]
fn a_seed_that_fails() {
    async fn fails(db: TemplateDb) -> Result<(), sqlx::Error> {
        execute(&db, "INSERT INTO nowhere VALUES (1)").await
    }
    check(
        "a_seed_that_fails",
        Template::extensions(["citext"]).seed(fails),
    );
    check(
        "a_seed_that_panics",
        Template::extensions(["citext"]).seed(panics),
    );
    check("an_extension_in_a_function", Template::function(refuses));
}

async fn hangs(db: TemplateDb) -> Result<(), sqlx::Error> {
    execute(&db, "CREATE TABLE t (id int)").await?;
    println!("\ndatabase {}", db.url().rsplit_once('/').unwrap().1);
    std::future::pending().await
}

#[test]
fn a_template_that_hangs_is_cancelled_and_its_database_dropped() {
    let test = "failing::a_template_that_hangs_is_cancelled_and_its_database_dropped";
    if role().is_some() {
        check(
            "a_template_that_hangs",
            Template::extensions(["citext"]).seed(hangs),
        );
        return;
    }
    let mut command = process(&std::env::current_exe().unwrap(), test, "hangs");
    command.env("PERF_HARNESS_TEMPLATE_TIMEOUT_S", "1");
    let database = printed(command, "database ");
    let database = database.split('?').next().unwrap();
    let is_there = format!("SELECT count(*)::text FROM pg_database WHERE datname = '{database}'");
    assert_eq!(super::ask(Template::function(nothing), &is_there), "0");
}

#[test]
fn a_command_that_hangs_is_killed_with_all_that_it_started() {
    let test = "failing::a_command_that_hangs_is_killed_with_all_that_it_started";
    let directory = Directory::new("hangs");
    if let Some(file) = role() {
        let script = format!("sleep 1000 & echo $! >{file}; wait");
        let told = failure(Template::command("sh", ["-c", &script]));
        assert!(
            told.to_string().contains("was not finished within 1 s"),
            "{told}"
        );
        return;
    }
    let file = directory.0.join(nonce());
    let mut command = process(
        &std::env::current_exe().unwrap(),
        test,
        file.to_str().unwrap(),
    );
    command.env("PERF_HARNESS_TEMPLATE_TIMEOUT_S", "1");
    assert!(command.status().unwrap().success());
    let pid = std::fs::read_to_string(file).unwrap();
    // It is dead, but may not be buried yet.
    let alive = format!(
        "n=0; while grep -qs '^State:\t[RSD]' /proc/{0}/status && [ $n -lt 50 ]; do sleep 0.1; n=$((n + 1)); done; [ $n -lt 50 ]",
        pid.trim()
    );
    assert!(
        std::process::Command::new("sh")
            .args(["-c", &alive])
            .status()
            .unwrap()
            .success()
    );
}
