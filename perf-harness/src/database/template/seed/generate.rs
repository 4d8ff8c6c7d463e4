//! Rows that the server makes, in batches, so that one sees how far it is.

use sqlx::{AssertSqlSafe, PgConnection};

use super::error::SeedError;
use super::table::{Table, list};
use crate::progress::{self, Unit};

/// Rows of one statement.
const BATCH: u64 = 100_000;

/// Fills the columns with expressions of `n`, from 1 to the number of rows. Gives the number of rows.
pub(in crate::database::template) async fn generate(
    connection: &mut PgConnection,
    table: &Table,
    rows: u64,
    columns: &[(&str, &str)],
) -> Result<u64, SeedError> {
    let progress = progress::begin(
        format!("generating rows of {table}"),
        Unit::Rows,
        Some(rows),
    );
    let statement = statement(table, columns);
    let mut made = 0;
    let mut first = 1;
    while first <= rows {
        let last = rows.min(first + BATCH - 1);
        let batch = sqlx::query(AssertSqlSafe(statement.clone()))
            .bind(first.cast_signed())
            .bind(last.cast_signed())
            .execute(&mut *connection)
            .await
            .map_err(SeedError::refused(table))?;
        made += batch.rows_affected();
        progress.set(last);
        first = last + 1;
    }
    Ok(made)
}

fn statement(table: &Table, columns: &[(&str, &str)]) -> String {
    let names = list(columns.iter().map(|(name, _)| *name));
    let expressions: Vec<String> = columns
        .iter()
        // On a line of its own, in case it ends in a comment.
        .map(|(_, expression)| format!("({expression}\n)"))
        .collect();
    format!(
        "INSERT INTO {} ({names}) SELECT {} FROM generate_series($1::bigint, $2::bigint) AS n",
        table.sql(),
        expressions.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_column_gets_its_expression() {
        let made = statement(&"users".into(), &[("name", "'u' || n"), ("age", "n % 60")]);
        assert_eq!(
            made,
            "INSERT INTO \"users\" (\"name\", \"age\") SELECT ('u' || n\n), (n % 60\n) \
             FROM generate_series($1::bigint, $2::bigint) AS n"
        );
    }
}
