//! Filling large tables: every type arrives as it was, and what does not fit is said before anything is sent.

use std::process::{Command, Stdio};

use perf_harness::{SeedError, Template, TemplateDb};
use sqlx::types::Json;

use super::{ask, execute, nonce, process, role};

async fn all_types(db: TemplateDb) -> Result<(), SeedError> {
    execute(
        &db,
        "CREATE SCHEMA \"My shop\";
         CREATE TABLE \"My shop\".\"All \"\"types\"\"\" (a smallint, b int, c bigint, d real, e double precision, f text,
             g varchar(9), h bool, i bytea, j int[], k text[], l text, \"M\" int, n char(2), o name, p bigint);",
    )
    .await?;
    let columns = [
        "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "M", "n", "o", "p",
    ];
    let rows = (1..=3_i16).map(|n| {
        let wide = i64::from(n);
        (
            n,
            i32::from(n),
            -wide,
            0.5_f32,
            f64::from(n) / 3.0,
            format!("tab\t\\N \u{e4}{n}"),
            "vär",
            n == 2,
            vec![0_u8, 255],
            vec![1, i32::from(n)],
            vec![String::from("a,b"), String::new()],
            (n == 3).then_some("some"),
            None::<i32>,
            "xy",
            "name",
            Some(wide),
        )
    });
    let copied = db.copy(("My shop", "All \"types\""), columns, rows).await?;
    assert_eq!(copied, 3);
    Ok(())
}

#[test]
fn a_copy_carries_every_type_and_null() {
    let third = "SELECT t::text FROM \"My shop\".\"All \"\"types\"\"\" t WHERE a = 3";
    assert_eq!(
        ask(Template::function(all_types), third),
        "(3,3,-3,0.5,1,\"tab\t\\\\N ä3\",vär,f,\"\\\\x00ff\",\"{1,3}\",\"{\"\"a,b\"\",\"\"\"\"}\",some,,xy,name,3)"
    );
}

async fn documents(db: TemplateDb) -> Result<(), SeedError> {
    execute(&db, "CREATE TABLE documents (a json, b jsonb)").await?;
    let rows = [(Json(vec![1, 2]), Json("x"))];
    db.copy("documents", ["a", "b"], rows).await?;
    Ok(())
}

#[test]
fn a_copy_carries_json_in_both_of_its_types() {
    let text = "SELECT a || ' ' || b FROM documents";
    assert_eq!(
        ask(Template::function(documents), text).trim(),
        "[1,2] \"x\""
    );
}

async fn many(db: TemplateDb) -> Result<(), sqlx::Error> {
    execute(
        &db,
        "CREATE TABLE many (id bigint PRIMARY KEY, title text NOT NULL)",
    )
    .await?;
    let rows = (1..=100_000_i64).map(|id| (id, format!("a title that is not short: {id}")));
    assert_eq!(db.copy("many", ["id", "title"], rows).await?, 100_000);
    let columns = [("id", "200000 + n"), ("title", "'t' || n -- the title")];
    assert_eq!(db.generate("many", 250_001, columns).await?, 250_001);
    assert_eq!(db.generate("many", 0, columns).await?, 0);
    assert_eq!(
        db.copy("many", ["id"], std::iter::empty::<(i64,)>())
            .await?,
        0
    );
    Ok(())
}

#[test]
fn a_hundred_thousand_rows_arrive_in_many_pieces() {
    let sums =
        "SELECT concat_ws(' ', count(*), sum(id), max(title) FILTER (WHERE id = 450001)) FROM many";
    let sum = 100_000_u64 * 100_001 / 2 + 250_001 * 200_000 + 250_001 * 250_002 / 2;
    assert_eq!(
        ask(Template::function(many), sums),
        format!("350001 {sum} t250001")
    );
}

/// Takes three seconds.
async fn slow(db: TemplateDb) -> Result<(), sqlx::Error> {
    execute(&db, "CREATE TABLE slow (a boolean)").await?;
    db.generate("slow", 100, [("a", "pg_sleep(0.03) IS NULL")])
        .await?;
    Ok(())
}

/// What the harness says of itself while a seed takes long: on a terminal, or elsewhere.
fn said(terminal: bool) -> Option<String> {
    let test = "seeding::a_long_seed_draws_a_bar_on_a_terminal_and_writes_a_line_elsewhere";
    let program = std::env::current_exe().unwrap();
    let mut command = process(&program, test, &nonce());
    if terminal {
        let line = format!("'{}' --exact {test} --nocapture", program.display());
        let mut on_terminal = Command::new("script");
        on_terminal.args(["--quiet", "--return", "--command", &line, "/dev/null"]);
        on_terminal.envs(
            command
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        );
        on_terminal.env_remove("NEXTEST_TEST_NAME");
        command = on_terminal;
    }
    let output = command.stderr(Stdio::piped()).output();
    let output = output.ok().filter(|output| output.status.success())?;
    let all = [output.stdout, output.stderr].concat();
    Some(String::from_utf8_lossy(&all).into_owned())
}

#[test]
fn a_long_seed_draws_a_bar_on_a_terminal_and_writes_a_line_elsewhere() {
    if let Some(version) = role() {
        let count = "SELECT count(*)::text FROM slow";
        assert_eq!(ask(Template::function(slow).version(version), count), "100");
        return;
    }
    let line = "perf-harness is generating rows of slow: 0 of 100 rows [....................] ";
    let told = said(false).expect("it passes");
    assert!(told.contains(line) && !told.contains('\x1b'), "{told}");
    let Some(drawn) = said(true) else {
        return println!("skipped: there is no `script` of util-linux that makes a terminal");
    };
    // Drawn over what stood there, more than once, and wiped away at the end.
    let bar = format!("\r\x1b[2K{line}");
    assert!(drawn.matches(&bar).count() > 2, "{drawn}");
    let (_, after) = drawn.rsplit_once(line).unwrap();
    assert!(after.contains("\r\x1b[2K"), "{drawn}");
}

async fn refusals(db: TemplateDb) -> Result<(), SeedError> {
    execute(
        &db,
        "CREATE TABLE t (id bigint PRIMARY KEY, at date); CREATE TABLE told (n int, text text)",
    )
    .await?;
    let mut told = Vec::new();
    let mut tell = |result: Result<u64, SeedError>| {
        told.push((
            i32::try_from(told.len()).unwrap(),
            result.unwrap_err().to_string(),
        ));
    };
    tell(db.copy("t", ["id"], [(1_i32,)]).await);
    tell(
        db.copy("t", ["id", "at"], [(1_i64, Some("2026-11-22"))])
            .await,
    );
    tell(db.copy("t", ["id"], [(1_i64,), (1,)]).await);
    tell(db.copy("t", ["id", "missing"], [(1_i64, 1_i64)]).await);
    tell(db.copy("nowhere", ["id"], [(1_i64,)]).await);
    tell(db.generate("t", 2, [("id", "n / 0")]).await);
    assert_eq!(db.copy("told", ["n", "text"], told).await?, 6);
    Ok(())
}

#[test]
fn what_does_not_fit_is_told_with_the_column_and_both_types() {
    let told = ask(
        Template::function(refusals),
        "SELECT string_agg(text, E'\\n' ORDER BY n) || E'\\nrows: ' || (SELECT count(*) FROM t) FROM told",
    );
    insta::assert_snapshot!(told);
}
