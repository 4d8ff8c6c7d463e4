//! Values of every kind, as drivers bind them: the plan is the one for these values.

use std::error::Error;

use perf_harness::{PerfDb, QueryPlans, TemplateDb, perf_test};
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type};

use crate::table::Text;
use crate::{client, fill};

/// One column of each kind, with an index, and 300 rows of which the seventh is looked for.
const COLUMNS: [(&str, &str); 13] = [
    ("int", "i"),
    ("bigint", "i"),
    ("text", "'it''s \\ ' || i"),
    ("uuid", "md5(i::text)::uuid"),
    (
        "timestamptz",
        "'2025-01-01'::timestamptz + i * interval '1 hour'",
    ),
    ("numeric", "i / 7.0"),
    ("int[]", "ARRAY[i, NULL, 3]"),
    ("mood", "CASE WHEN i = 7 THEN 'sad' ELSE 'ok' END::mood"),
    ("jsonb", "jsonb_build_object('n', i)"),
    ("bytea", "decode(md5(i::text), 'hex')"),
    ("posint", "i::posint"),
    ("char(5)", "i::text"),
    ("boolean", "i = 7"),
];

async fn kinds(db: TemplateDb) -> Result<(), sqlx::Error> {
    let columns = COLUMNS.iter().enumerate();
    let columns = columns.map(|(at, (kind, value))| format!("({value})::{kind} AS c{at}"));
    let columns: Vec<String> = columns.collect();
    let sql = format!(
        "CREATE TYPE mood AS ENUM ('ok', 'sad'); CREATE DOMAIN posint AS int CHECK (VALUE > 0);
         CREATE TABLE kinds AS SELECT i AS id, {} FROM generate_series(1, 300) i;
         ALTER TABLE kinds ADD PRIMARY KEY (id)",
        columns.join(", ")
    );
    fill(&db, &sql).await
}

/// The server's own bytes of a value, and sent as they are.
#[derive(Debug)]
struct Bytes(Vec<u8>);

impl<'a> FromSql<'a> for Bytes {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(raw.to_vec()))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

impl ToSql for Bytes {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        out.extend_from_slice(&self.0);
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    tokio_postgres::types::to_sql_checked!();
}

fn condition(query: &QueryPlans) -> String {
    let plan = query
        .custom()
        .unwrap_or_else(|| panic!("{:?}", query.refusal()));
    let told = plan
        .nodes()
        .find_map(|node| node.index_condition().or(node.filter()));
    told.unwrap_or_default().to_owned()
}

#[perf_test(template = kinds)]
async fn the_very_values_are_in_the_plan_whatever_their_type_and_format(db: PerfDb) {
    let client = client(&db).await;
    for (at, (kind, _)) in COLUMNS.iter().enumerate() {
        let ask = format!("SELECT c{at}, c{at}::text FROM kinds WHERE id = 7");
        let row = client.query_one(&ask, &[]).await.unwrap();
        let (bytes, text): (Bytes, String) = (row.get(0), row.get(1));
        let literal = text.replace('\'', "''");
        let text = Text(text.leak());
        // The driver knows the type of the column, and asks the server for its parameter's.
        let sql = format!("SELECT id FROM kinds WHERE c{at} = $1");
        let work = async {
            let params: [&(dyn ToSql + Sync); 1] = [&bytes];
            let binary = client.query(&sql, &params).await.unwrap();
            let params: [&(dyn ToSql + Sync); 1] = [&text];
            let textual = client.query(&sql, &params).await.unwrap();
            assert!(
                !binary.is_empty() && binary.len() == textual.len(),
                "{kind}"
            );
        };
        let list = db.record(work).await;
        let plans = list.plans().unwrap();
        let [binary, textual] = plans.queries() else {
            panic!("{kind}: {:?}", plans.queries());
        };
        assert_eq!(condition(binary), condition(textual), "{kind}");
        // A boolean is its own condition.
        let told = condition(binary);
        assert!(
            *kind == "boolean" || told.contains(&literal),
            "{kind}: {literal} {told}"
        );
    }
}

#[perf_test(template = kinds)]
async fn a_value_or_null_is_taken_for_what_it_was(db: PerfDb) {
    let sql = "SELECT c0 FROM kinds WHERE $1::int IS NULL OR id = $1";
    let pool = db.pool();
    let work = async {
        for value in [Some(7_i32), None] {
            sqlx::query(sql).bind(value).execute(&pool).await.unwrap();
        }
        // A text that the server makes a number of.
        sqlx::query("SELECT c0 FROM kinds WHERE c2 = $1 AND id = ANY($2)")
            .bind("it's \\ 7")
            .bind([7_i32, 8])
            .execute(&pool)
            .await
            .unwrap();
    };
    let list = db.record(work).await;
    let plans = list.plans().unwrap();
    let conditions: Vec<String> = plans.queries().iter().map(condition).collect();
    assert_eq!(conditions[0], "(kinds.id = 7)");
    assert_eq!(conditions[1], "", "all of it is wanted");
    assert!(
        conditions[2].contains("ANY ('{7,8}'::integer[])"),
        "{conditions:?}"
    );
    // Each is prepared by the driver, so that the server may come to one plan for all values.
    assert!(
        plans
            .queries()
            .iter()
            .all(|query| query.refusal().is_none())
    );
}
