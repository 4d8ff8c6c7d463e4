//! The queries, the database that they are asked of, and how each reaches its tables.

use std::collections::BTreeMap;
use std::error::Error;

use perf_harness::{Access, PerfDb, Plans, Recording, Rows, TemplateDb};
use sqlx::{AssertSqlSafe, PgConnection, Row as _};
use tokio_postgres::types::{Format, IsNull, ToSql, Type, private::BytesMut};

use crate::{accesses, client, direct, fill};

/// Rows of each table.
type Sizes = [(&'static str, u64); 8];

const SMALL: Sizes = [
    ("users", 100),
    ("articles", 300),
    ("comments", 300),
    ("tags", 40),
    ("article_tags", 300),
    ("orders", 300),
    ("events", 300),
    ("sessions", 300),
];

pub(crate) const LARGE: Sizes = [
    ("users", 20_000),
    ("articles", 200_000),
    ("comments", 300_000),
    ("tags", 200),
    ("article_tags", 400_000),
    ("orders", 200_000),
    ("events", 200_000),
    ("sessions", 100_000),
];

pub(crate) async fn small(db: TemplateDb) -> Result<(), sqlx::Error> {
    seed(&db, SMALL).await
}

pub(crate) async fn large(db: TemplateDb) -> Result<(), sqlx::Error> {
    seed(&db, LARGE).await
}

async fn seed(db: &TemplateDb, sizes: Sizes) -> Result<(), sqlx::Error> {
    let mut seed = include_str!("seed.sql").to_owned();
    for (table, rows) in sizes {
        seed = seed.replace(&format!("{{{table}}}"), &rows.to_string());
    }
    let schema = include_str!("schema.sql");
    let indexes = include_str!("indexes.sql");
    // The rows refer to each other rightly, and to have each checked takes longer than all the rest.
    let unchecked = "SET LOCAL session_replication_role = replica";
    fill(db, &format!("{schema} {unchecked}; {seed} {indexes}")).await
}

/// The sizes of the large database.
pub(crate) fn rows() -> Rows {
    let profiles = ("profiles", LARGE[0].1);
    Rows::of(LARGE.into_iter().chain([profiles]))
}

pub(crate) struct Case {
    pub(crate) name: &'static str,
    sql: &'static str,
    values: Vec<&'static str>,
}

pub(crate) fn cases() -> Vec<Case> {
    let blocks = include_str!("queries.sql").split("\n\n");
    let case = |block: &'static str| {
        let mut lines = block.trim().lines();
        let name = lines.next().unwrap().strip_prefix("-- ").unwrap();
        let sql = block.trim().lines().last().unwrap();
        let values = lines.find_map(|line| line.strip_prefix("-- with: "));
        let values = values.map_or_else(Vec::new, |values| values.split(" | ").collect());
        Case { name, sql, values }
    };
    blocks.map(case).collect()
}

/// A value as psycopg sends it: its text, and the server knows its type.
#[derive(Debug)]
pub(crate) struct Text(pub(crate) &'static str);

impl ToSql for Text {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        out.extend_from_slice(self.0.as_bytes());
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    fn encode_format(&self, _: &Type) -> Format {
        Format::Text
    }

    tokio_postgres::types::to_sql_checked!();
}

/// Runs all queries, and undoes what they write.
pub(crate) async fn recorded(db: &PerfDb) -> Recording<()> {
    let client = client(db).await;
    let work = async {
        client.batch_execute("BEGIN").await.unwrap();
        for Case { name, sql, values } in cases() {
            let values: Vec<Text> = values.into_iter().map(Text).collect();
            let values: Vec<&(dyn ToSql + Sync)> = values
                .iter()
                .map(|value| value as &(dyn ToSql + Sync))
                .collect();
            let ran = client.query(sql, &values).await;
            ran.unwrap_or_else(|error| panic!("{name}: {error:?}"));
        }
        client.batch_execute("ROLLBACK").await.unwrap();
    };
    db.record(work).await
}

/// How a query reaches a table: the worst of its ways there, and the indexes of all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) access: Access,
    pub(crate) indexes: Vec<String>,
}

/// By query and table.
pub(crate) type Verdicts = BTreeMap<(usize, String), Verdict>;

pub(crate) fn verdicts(plans: &Plans) -> Verdicts {
    let mut verdicts = Verdicts::new();
    for (at, query) in plans.queries().iter().enumerate() {
        for (table, access, indexes) in accesses(plans, query) {
            let found = verdicts.entry((at, whole(&table))).or_insert(Verdict {
                access,
                indexes: Vec::new(),
            });
            if badness(access) > badness(found.access) {
                found.access = access;
            }
            found
                .indexes
                .extend(indexes.iter().map(|index| whole(index)));
            found.indexes.sort();
            found.indexes.dedup();
        }
    }
    verdicts
}

/// A partition, or its index, by the name of the whole.
fn whole(name: &str) -> String {
    let name = name.strip_prefix("public.").unwrap_or(name);
    ["_q1", "_q2", "_q3", "_q4"]
        .iter()
        .fold(name.to_owned(), |name, part| name.replace(part, ""))
}

fn badness(access: Access) -> u32 {
    match access {
        Access::SequentialScan => 4,
        Access::IndexWalk => 3,
        Access::Tiny => 2,
        Access::Bounded => 1,
        _ => 0,
    }
}

/// The tables that have a `Seq Scan` when those are switched off, by query: what others do.
pub(crate) async fn scanned_although_off(db: &PerfDb) -> Vec<(usize, String)> {
    let mut connection = direct(db).await;
    sqlx::query("SET enable_seqscan = off")
        .execute(&mut connection)
        .await
        .unwrap();
    let mut scanned = Vec::new();
    for (at, case) in cases().iter().enumerate() {
        let plan = explained(&mut connection, case).await;
        let mut nodes = vec![&plan];
        while let Some(node) = nodes.pop() {
            if node["Node Type"] == "Seq Scan" {
                scanned.push((at, whole(node["Relation Name"].as_str().unwrap())));
            }
            nodes.extend(node["Plans"].as_array().into_iter().flatten());
        }
    }
    scanned
}

async fn explained(connection: &mut PgConnection, case: &Case) -> serde_json::Value {
    let values: Vec<String> = case
        .values
        .iter()
        .map(|value| format!("'{value}'"))
        .collect();
    let values = match values.join(", ") {
        none if none.is_empty() => none,
        some => format!("({some})"),
    };
    let sql = format!(
        "DEALLOCATE ALL; PREPARE asked AS {}; EXPLAIN (FORMAT JSON) EXECUTE asked{values}",
        case.sql
    );
    let row = sqlx::raw_sql(AssertSqlSafe(sql));
    let row = row.fetch_one(connection).await.unwrap();
    let mut json: serde_json::Value = row.get(0);
    json[0]["Plan"].take()
}
