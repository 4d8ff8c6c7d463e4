//! Layers: each is built once, and again when what it is made from changes.

use perf_harness::{PerfDb, PerfTest, Template, TemplateDb, perf_test};
use sqlx::AssertSqlSafe;

use super::{Directory, ask, copy_of_this_program, execute, nonce, printed, process, role};

const MIGRATED: &str = "SELECT mark FROM migrated";
const SEEDED: &str = "SELECT mark FROM seeded";

/// A schema that knows when it was migrated. Another one for each nonce.
fn schema(directory: &Directory, nonce: &str) -> Template {
    directory.write(
        "0001_mark.sql",
        &format!("CREATE TABLE migrated AS SELECT gen_random_uuid()::text AS mark; -- {nonce}"),
    );
    Template::sql(&directory.0)
}

async fn seed(db: TemplateDb) -> Result<(), sqlx::Error> {
    execute(
        &db,
        "CREATE TABLE seeded AS SELECT gen_random_uuid()::text AS mark",
    )
    .await
}

#[test]
fn a_changed_seed_is_seeded_again_and_does_not_migrate_again() {
    let directory = Directory::new("seed");
    let nonce = nonce();
    let app = |version: &str| {
        schema(&directory, &nonce)
            .seed(seed)
            .version(format!("{nonce} {version}"))
    };
    let before = (ask(app("1"), MIGRATED), ask(app("1"), SEEDED));
    assert_eq!(ask(app("1"), SEEDED), before.1);
    assert_eq!(ask(app("2"), MIGRATED), before.0);
    assert_ne!(ask(app("2"), SEEDED), before.1);
}

#[test]
fn a_changed_migration_makes_all_layers_anew() {
    let directory = Directory::new("migration");
    let app = |nonce: &str| schema(&directory, nonce).seed(seed);
    let (first, second) = (nonce(), nonce());
    let before = (ask(app(&first), MIGRATED), ask(app(&first), SEEDED));
    let after = (ask(app(&second), MIGRATED), ask(app(&second), SEEDED));
    assert!(before.0 != after.0 && before.1 != after.1);
    assert_eq!(ask(app(&first), SEEDED), before.1);
}

#[test]
fn builds_of_a_program_share_what_has_a_version_and_nothing_else() {
    let test = "layers::builds_of_a_program_share_what_has_a_version_and_nothing_else";
    if let Some(role) = role() {
        let shared = ask(Template::function(seed).version(role), SEEDED);
        let own = ask(Template::function(seed), SEEDED);
        return println!("\nmarks {shared} {own}");
    }
    let directory = Directory::new("builds");
    let version = nonce();
    let run = |name: &str| {
        let program = copy_of_this_program(&directory, name);
        printed(process(&program, test, &version), "marks ")
    };
    let (one, other) = (run("one"), run("other"));
    let (one, other) = (one.split_once(' ').unwrap(), other.split_once(' ').unwrap());
    assert_eq!(one.0, other.0);
    assert_ne!(one.1, other.1);
}

#[test]
fn files_that_a_layer_reads_are_part_of_it() {
    let directory = Directory::new("reads");
    let nonce = nonce();
    let app = |text: &str| {
        let file = directory.write("seed.json", text);
        Template::function(seed)
            .version(&nonce)
            .reads([file.to_str().unwrap()])
    };
    let before = ask(app("1"), SEEDED);
    assert_eq!(ask(app("1"), SEEDED), before);
    assert_ne!(ask(app("2"), SEEDED), before);
}

fn made() -> Template {
    Template::function(seed).version("1")
}

#[perf_test(template = made)]
async fn a_test_can_name_a_function_that_gives_a_template(db: PerfDb) {
    assert_eq!(super::answer_of(&db, SEEDED).await.len(), 36);
}

/// The template's own row of the server's catalog, as one text.
fn in_catalog(made_from: &str, column: &str) -> String {
    let query = format!(
        "SELECT ({column})::text FROM pg_database
         WHERE datistemplate AND shobj_description(oid, 'pg_database') LIKE 'perf-harness template: {made_from}%'"
    );
    let mut found = None;
    let test = PerfTest::new("catalog").run(async |db: PerfDb| {
        let query = sqlx::query_scalar(AssertSqlSafe(query));
        found = Some(query.fetch_one(&db.pool()).await.unwrap());
    });
    test.unwrap();
    found.unwrap()
}

/// Changes the template's comment to another day of last use.
fn set_last_used(made_from: &str, day: &str) {
    let name = in_catalog(made_from, "datname");
    let statement = format!(
        "COMMENT ON DATABASE {name} IS 'perf-harness template: {made_from}, last used {day}'"
    );
    let test = PerfTest::new("comment").run(async |db: PerfDb| {
        let statement = sqlx::raw_sql(AssertSqlSafe(statement));
        statement.execute(&db.pool()).await.unwrap();
    });
    test.unwrap();
}

#[test]
fn a_template_says_what_it_is_made_from_and_when_it_was_last_used() {
    let test = "layers::a_template_says_what_it_is_made_from_and_when_it_was_last_used";
    let app = |nonce: &str| {
        Template::function(seed)
            .version(nonce)
            .then(Template::command("true", [nonce]).reads(["Cargo.toml"]))
    };
    if let Some(nonce) = role() {
        ask(app(&nonce), SEEDED);
        return;
    }
    let nonce = nonce();
    let use_it = || {
        let program = std::env::current_exe().unwrap();
        assert!(process(&program, test, &nonce).status().unwrap().success());
    };
    use_it();
    let made_from = format!("templates::layers::seed + true {nonce}");
    let today = "(now() AT TIME ZONE 'UTC')::date";
    let comment = "shobj_description(oid, 'pg_database')";
    let expected = || {
        format!(
            "perf-harness template: {made_from}, last used {}",
            in_catalog(&made_from, today)
        )
    };
    assert_eq!(in_catalog(&made_from, comment), expected());
    // Its next use says so, wherever the clock was.
    for day in ["2020-01-01", "2090-01-01"] {
        set_last_used(&made_from, day);
        use_it();
        assert_eq!(in_catalog(&made_from, comment), expected());
    }
}

#[test]
fn a_template_that_nobody_used_for_a_week_goes_when_another_is_built() {
    let test = "layers::a_template_that_nobody_used_for_a_week_goes_when_another_is_built";
    let app = |nonce: &str| Template::command("true", [nonce]).reads(["Cargo.toml"]);
    if let Some(nonce) = role() {
        ask(app(&nonce), "SELECT 'built'");
        return;
    }
    let build = |nonce: &str| {
        let program = std::env::current_exe().unwrap();
        assert!(process(&program, test, nonce).status().unwrap().success());
    };
    let (old, held) = (nonce(), nonce());
    build(&old);
    ask(app(&held), "SELECT 'held by this process'");
    let (old_name, held_name) = (
        in_catalog(&format!("true {old}"), "datname"),
        in_catalog(&format!("true {held}"), "datname"),
    );
    set_last_used(&format!("true {old}"), "2020-01-01");
    set_last_used(&format!("true {held}"), "2020-01-01");
    build(&nonce());
    // The server may take a moment to see that the process which used it has ended.
    let is_there = |name: &str| {
        ask(
            Template::function(seed).version("1"),
            &format!("SELECT count(*)::text FROM pg_database WHERE datname = '{name}'"),
        )
    };
    let gone = (0..50).any(|_| {
        let gone = is_there(&old_name) == "0";
        if !gone {
            build(&nonce());
        }
        gone
    });
    assert!(gone, "{old_name}");
    assert_eq!(is_there(&held_name), "1");
}

#[test]
fn a_finished_template_is_vacuumed_with_its_indexes() {
    async fn indexed(db: TemplateDb) -> Result<(), sqlx::Error> {
        execute(
            &db,
            "CREATE TABLE articles (words tsvector);
             CREATE INDEX articles_words ON articles USING gin (words);
             INSERT INTO articles SELECT to_tsvector('simple', 'word' || n) FROM generate_series(1, 2000) n;",
        )
        .await
    }
    let asked = |query: &str| ask(Template::function(indexed), query);
    let visible = asked(
        "SELECT (relallvisible = relpages AND relpages > 0)::text FROM pg_class WHERE relname = 'articles'",
    );
    assert_eq!(visible, "true");
    assert_eq!(
        asked("SELECT reltuples::int::text FROM pg_class WHERE relname = 'articles'"),
        "2000"
    );
    // The pages that wait to be put in their place.
    assert_eq!(
        asked("SELECT gin_clean_pending_list('articles_words')::text"),
        "0"
    );
}
