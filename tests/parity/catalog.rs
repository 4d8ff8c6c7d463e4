//! Is the schema that the Rust migrations make the one that Django's make? By the catalogs, not by the texts.

use std::collections::BTreeSet;

use perf_harness::PerfDb;
use sea_orm::{ConnectionTrait as _, DbBackend, Statement};

use crate::{
    django,
    template::{self, on_a_copy},
};

/// A line for each thing that a schema is made of, and for the rows that `migrate` leaves. Each framework keeps its own list of
/// what it has applied.
const CATALOG: &str = r"
WITH ours AS (
    SELECT oid, relname, relkind FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relname NOT IN ('django_migrations', 'seaql_migrations')
)
SELECT 'table ' || relname FROM ours WHERE relkind = 'r'
UNION ALL
SELECT format('column %s.%s, number %s: %s%s%s%s%s', relname, attname,
    row_number() OVER (PARTITION BY relname ORDER BY attnum), format_type(atttypid, atttypmod) || ' collation ' || attcollation::regcollation,
    CASE WHEN attnotnull THEN ' not null' END, ' identity ' || nullif(attidentity::text, ''), ' generated ' || nullif(attgenerated::text, ''),
    ' default ' || pg_get_expr(adbin, adrelid))
FROM ours JOIN pg_attribute ON attrelid = ours.oid LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
WHERE relkind = 'r' AND attnum > 0 AND NOT attisdropped
UNION ALL
SELECT format('constraint %s.%s: %s%s', relname, conname, pg_get_constraintdef(pg_constraint.oid), CASE WHEN NOT convalidated THEN ' not valid' END)
FROM ours JOIN pg_constraint ON conrelid = ours.oid
WHERE contype <> 'n'
UNION ALL
SELECT format('index %s', pg_get_indexdef(indexrelid)) FROM ours JOIN pg_index ON indrelid = ours.oid WHERE relkind = 'r'
UNION ALL
SELECT format('sequence %s: %s from %s by %s', relname, format_type(seqtypid, NULL), seqstart, seqincrement)
FROM ours JOIN pg_sequence ON seqrelid = ours.oid WHERE relname <> 'django_migrations_id_seq'
UNION ALL
SELECT format('view %s: %s', relname, pg_get_viewdef(oid)) FROM ours WHERE relkind IN ('v', 'm')
UNION ALL
SELECT 'trigger ' || pg_get_triggerdef(pg_trigger.oid) FROM ours JOIN pg_trigger ON tgrelid = ours.oid WHERE NOT tgisinternal
UNION ALL
SELECT 'extension ' || extname FROM pg_extension
UNION ALL
SELECT format('content type %s.%s', app_label, model) FROM django_content_type
UNION ALL
SELECT format('permission %s.%s %s: %s', app_label, model, codename, name)
FROM auth_permission JOIN django_content_type ON django_content_type.id = content_type_id";

async fn catalog(db: PerfDb) -> BTreeSet<String> {
    let statement = Statement::from_string(DbBackend::Postgres, CATALOG);
    let rows = db.connection().query_all_raw(statement).await.unwrap();
    let lines = rows.iter().map(|row| row.try_get_by_index(0));
    lines.collect::<Result<_, _>>().unwrap()
}

fn count(catalog: &BTreeSet<String>, kind: &str) -> usize {
    catalog.iter().filter(|line| line.starts_with(kind)).count()
}

#[test]
fn the_rust_migrations_arrive_at_the_schema_of_django() {
    let Some(python) = django::python("the_rust_migrations_arrive_at_the_schema_of_django") else {
        return;
    };
    let original = on_a_copy("schema::original", template::migrated(&python), catalog);
    let port = on_a_copy("schema::port", template::ported(), catalog);
    let only = |a: &BTreeSet<String>, b| a.difference(b).cloned().collect::<Vec<_>>().join("\n");
    assert_eq!(only(&original, &port), "", "only Django has these");
    assert_eq!(only(&port, &original), "", "only the port has these");
    let kinds = ["table", "column", "constraint", "index", "permission"];
    let counted = kinds.map(|kind| format!("{kind} {}", count(&port, &format!("{kind} "))));
    println!("equal: {}", counted.join(", "));
    assert!(
        kinds.iter().all(|kind| count(&port, kind) >= 13),
        "{counted:?}"
    );
}

/// What the test above is for.
#[test]
fn a_schema_that_differs_is_seen() {
    for change in [
        "ALTER TABLE profiles ALTER COLUMN location TYPE varchar(121)",
        "ALTER TABLE profiles ALTER COLUMN bio SET DEFAULT ''",
        "ALTER TABLE profiles ALTER COLUMN birth_date SET NOT NULL",
        "ALTER TABLE profiles ALTER CONSTRAINT profiles_user_id_36580373_fk_auth_user_id NOT DEFERRABLE",
        "ALTER INDEX profiles_pkey RENAME TO profiles_key",
        "DROP INDEX dashboard_item_status_idx",
        "DELETE FROM auth_permission WHERE codename = 'view_item'",
    ] {
        let differs = on_a_copy("schema::changed", template::ported(), async |db| {
            let before = catalog(db.clone()).await;
            db.connection().execute_unprepared(change).await.unwrap();
            before != catalog(db).await
        });
        assert!(differs, "{change}");
    }
}
