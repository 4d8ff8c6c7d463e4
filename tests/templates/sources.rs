//! What a template can be made from.
#![expect(
    elided_lifetimes_in_paths,
    reason = "async_trait wants the signatures as `MigrationTrait` has them"
)]

use std::path::{Path, PathBuf};
use std::process::Command;

use perf_harness::{PerfDb, PerfTest, Template};
use sea_orm_migration::prelude::*;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, SqlSafeStr as _};

use super::{Directory, ask, nonce, postgres_program};

pub(super) fn migration(version: i64, description: &'static str, sql: &'static str) -> Migration {
    let sql = sql.into_sql_str();
    Migration::new(
        version,
        description.into(),
        MigrationType::Simple,
        sql,
        false,
    )
}

#[test]
fn migrations_of_sqlx() {
    let app = || {
        Template::migrations(Migrator::with_migrations(vec![
            migration(2, "fill", "INSERT INTO marks SELECT gen_random_uuid()"),
            migration(1, "marks", "CREATE TABLE marks (mark uuid)"),
        ]))
    };
    let found = ask(app(), "SELECT mark::text FROM marks");
    assert_eq!(ask(app(), "SELECT mark::text FROM marks"), found);
    assert_eq!(
        ask(
            app(),
            "SELECT string_agg(version::text, ' ' ORDER BY version) FROM _sqlx_migrations"
        ),
        "1 2"
    );
}

pub(super) struct Sea;
pub(super) struct Books;

impl MigrationName for Books {
    fn name(&self) -> &'static str {
        "m0001_books"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Books {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let statement = "CREATE TABLE books AS SELECT 'one' AS title";
        manager
            .get_connection()
            .execute_unprepared(statement)
            .await
            .map(drop)
    }
}

#[async_trait::async_trait]
impl MigratorTrait for Sea {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(Books)]
    }
}

#[test]
fn a_migrator_of_sea_orm() {
    let app = || Template::migrator::<Sea>();
    assert_eq!(ask(app(), "SELECT title FROM books"), "one");
    assert_eq!(
        ask(app(), "SELECT version FROM seaql_migrations"),
        "m0001_books"
    );
}

#[test]
fn a_folder_of_sql_runs_in_the_order_of_names_without_the_way_down() {
    let directory = Directory::new("folder");
    directory.write(
        "0002_fill.up.sql",
        "INSERT INTO t VALUES (1);\nINSERT INTO t VALUES (2);",
    );
    directory.write("0002_fill.down.sql", "DROP TABLE t;");
    directory.write(
        "0001_t.sql",
        "CREATE TABLE t (n int);\nCREATE INDEX CONCURRENTLY t_n ON t (n);\n-- the end; really",
    );
    directory.write("README.md", "no SQL");
    let rows = "SELECT string_agg(n::text, ' ' ORDER BY n) FROM t";
    assert_eq!(ask(Template::sql(&directory.0), rows), "1 2");
    let one = Template::sql(directory.0.join("0001_t.sql"));
    assert_eq!(ask(one, "SELECT count(*)::text FROM t"), "0");
}

/// What is hard to carry over: bodies of functions, values with tabs, quotes, backslashes and nothing in them.
const ORIGINAL: &str = r"
    CREATE SCHEMA shop;
    CREATE TABLE shop.items (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text, price numeric);
    INSERT INTO shop.items (name, price) VALUES (E'tab\there', 1.5), (E'back\\slash; \\.', NULL), (NULL, 2), ('', 3), (E'new\nline', 4);
    CREATE FUNCTION shop.total() RETURNS numeric LANGUAGE plpgsql AS $body$ BEGIN RETURN (SELECT sum(price) FROM shop.items); END; $body$;
    CREATE FUNCTION shop.first() RETURNS text LANGUAGE sql BEGIN ATOMIC SELECT 'a;b'; SELECT CASE WHEN true THEN 'x;y' END; END;
    CREATE VIEW shop.dear AS SELECT * FROM shop.items WHERE price > 2;
    COMMENT ON TABLE shop.items IS 'it''s; ours';
    CREATE TABLE empty (id int);
";

/// All that counts of the original, as one text.
const CHECK: &str = r"
    SELECT concat_ws('|', (SELECT string_agg(coalesce(name, 'NULL') || '=' || coalesce(price::text, 'NULL'), ',' ORDER BY id)
        FROM shop.items), shop.total(), shop.first(), (SELECT count(*) FROM shop.dear), obj_description('shop.items'::regclass),
        (SELECT count(*) FROM empty))
";
const CHECKED: &str =
    "tab\there=1.5,back\\slash; \\.=NULL,NULL=2,=3,new\nline=4|10.5|x;y|2|it's; ours|0";

/// A dump of the original in a format. `None`, with the reason printed, where the program is older than the server.
fn dump(program: &Path, directory: &Directory, format: &str) -> Option<PathBuf> {
    let file = directory.0.join(format!("dump.{format}"));
    let mut is_too_old = false;
    let test = PerfTest::new("original").run(async |db: PerfDb| {
        let original = sqlx::raw_sql(AssertSqlSafe(ORIGINAL));
        original.execute(&db.pool()).await.unwrap();
        let options: PgConnectOptions = db.url().parse().unwrap();
        let output = Command::new(program)
            .args(["--format", format, "--dbname", db.direct_url(), "--file"])
            .arg(&file)
            .env("PGUSER", options.get_username())
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        is_too_old = told.contains("server version mismatch");
        assert!(output.status.success() || is_too_old, "{told}");
    });
    test.unwrap();
    if is_too_old {
        println!("skipped: {} is older than the server", program.display());
        return None;
    }
    Some(file)
}

#[test]
fn a_dump_in_plain_text_with_roles_that_are_not_here() {
    let Some(program) = postgres_program("pg_dump") else {
        return;
    };
    let directory = Directory::new("plain");
    let Some(file) = dump(&program, &directory, "plain") else {
        return;
    };
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains("OWNER TO ") && text.contains("FROM stdin;"));
    let text = text
        .lines()
        .map(|line| match line.split_once("OWNER TO ") {
            Some((before, _)) => format!("{before}OWNER TO \"nobody here\";"),
            None => line.to_owned(),
        })
        .collect::<Vec<_>>()
        .join("\n");
    let grants = "GRANT SELECT ON TABLE shop.items TO \"nobody here\";\n\\connect elsewhere\nSET setting_of_a_newer_server = 0;\n";
    std::fs::write(
        &file,
        format!("\\restrict a1\n{text}\n{grants}\\unrestrict a1\n"),
    )
    .unwrap();
    assert_eq!(ask(Template::dump(file), CHECK), CHECKED);
}

#[test]
fn a_dump_that_pg_restore_reads() {
    let (Some(program), Some(_)) = (postgres_program("pg_dump"), postgres_program("pg_restore"))
    else {
        return;
    };
    for format in ["custom", "tar", "directory"] {
        let directory = Directory::new(format);
        let Some(file) = dump(&program, &directory, format) else {
            return;
        };
        assert_eq!(ask(Template::dump(file), CHECK), CHECKED, "{format}");
    }
}

#[test]
fn a_dump_with_inserts_and_its_own_database() {
    let Some(program) = postgres_program("pg_dump") else {
        return;
    };
    let directory = Directory::new("inserts");
    let Some(file) = dump(&program, &directory, "plain") else {
        return;
    };
    let text = std::fs::read_to_string(&file).unwrap();
    let start = text.find("COPY shop.items").unwrap();
    let end = start + text[start..].find("\\.\n").unwrap() + 3;
    let insert = |n: u32| {
        format!("INSERT INTO shop.items OVERRIDING SYSTEM VALUE VALUES ({n}, 'a;b', {n});\n")
    };
    let rows = (1..=500).map(insert).collect::<Vec<_>>().concat();
    let text = format!(
        "CREATE DATABASE theirs;\nALTER DATABASE theirs OWNER TO them;\n{}{rows}{}",
        &text[..start],
        &text[end..]
    );
    std::fs::write(&file, text).unwrap();
    assert_eq!(
        ask(
            Template::dump(file),
            "SELECT sum(price)::text FROM shop.items"
        ),
        "125250"
    );
}

#[test]
fn a_command_finds_the_database_in_its_environment_and_runs_once_per_content() {
    let Some(psql) = postgres_program("psql") else {
        return;
    };
    let directory = Directory::new("command");
    let schema = directory.write(
        "schema.sql",
        &format!(
            "CREATE TABLE t AS SELECT gen_random_uuid()::text AS mark; -- {}",
            nonce()
        ),
    );
    let app = || {
        let script = format!(
            "[ -n \"$DATABASE_URL\" ] && exec {} --no-psqlrc --quiet --set ON_ERROR_STOP=1 --file {}",
            psql.display(),
            schema.display()
        );
        Template::command("sh", ["-c", &script]).reads([schema.to_str().unwrap()])
    };
    let mark = "SELECT mark FROM t";
    let before = ask(app(), mark);
    assert_eq!(ask(app(), mark), before);
    std::fs::write(&schema, "CREATE TABLE t AS SELECT 'changed' AS mark").unwrap();
    assert_eq!(ask(app(), mark), "changed");
}

#[test]
fn a_django_project_is_migrated_by_its_own_python() {
    let Some(psql) = postgres_program("psql") else {
        return;
    };
    let directory = Directory::new("django");
    directory.write("manage.py", "# as Django's");
    let migration = directory.write("shop/migrations/0001_initial.py", &nonce());
    // In place of Python: what it was asked for, and where.
    let python = directory.write(
        ".venv/bin/python",
        &format!("#!/bin/sh\n[ -f manage.py ] && exec {} --no-psqlrc --command \"CREATE TABLE t AS SELECT '$*' AS arguments, gen_random_uuid()::text AS mark\"\n", psql.display()),
    );
    std::fs::set_permissions(python, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let app = || Template::django(&directory.0);
    let (arguments, mark) = ("SELECT arguments FROM t", "SELECT mark FROM t");
    if std::env::var_os("VIRTUAL_ENV").is_some() {
        return println!("skipped: another Python environment is switched on");
    }
    assert_eq!(ask(app(), arguments), "manage.py migrate --noinput");
    let before = ask(app(), mark);
    assert_eq!(ask(app(), mark), before);
    std::fs::write(migration, nonce()).unwrap();
    assert_ne!(ask(app(), mark), before);
}

/// What `django-admin startproject` makes, as far as migrations need it.
const SETTINGS: &str = "
import os
SECRET_KEY = 'x'
INSTALLED_APPS = ['django.contrib.contenttypes', 'django.contrib.auth']
DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql', 'NAME': os.environ['PGDATABASE'],
    'HOST': os.environ['PGHOST'], 'PORT': os.environ['PGPORT'], 'USER': os.environ['PGUSER'],
    'PASSWORD': os.environ['PGPASSWORD']}}
";
const MANAGE: &str = "
import os, sys
os.environ['DJANGO_SETTINGS_MODULE'] = 'settings'
from django.core.management import execute_from_command_line
execute_from_command_line(sys.argv)
";

#[test]
fn a_real_django_project_is_migrated() {
    let found = Command::new("python3")
        .args(["-c", "import django, psycopg"])
        .output();
    if !found.is_ok_and(|output| output.status.success()) {
        return println!("skipped: python3 has no django and psycopg on this machine");
    }
    let directory = Directory::new("real-django");
    directory.write("settings.py", SETTINGS);
    directory.write("manage.py", MANAGE);
    directory.write("app/migrations/0001_initial.py", "");
    let tables = "SELECT count(*)::text FROM pg_tables WHERE tablename = 'auth_user'";
    assert_eq!(ask(Template::django(&directory.0), tables), "1");
}

#[test]
fn extensions_before_what_needs_them() {
    let directory = Directory::new("extensions");
    let file = directory.write(
        "t.sql",
        "CREATE TABLE t (a citext); CREATE INDEX ON t USING gin (a gin_trgm_ops);",
    );
    let app = || Template::extensions(["citext", "pg_trgm"]).then(Template::sql(&file));
    assert_eq!(
        ask(
            app(),
            "SELECT count(*)::text FROM pg_indexes WHERE tablename = 't'"
        ),
        "1"
    );
}
