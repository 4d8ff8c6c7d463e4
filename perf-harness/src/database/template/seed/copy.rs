//! Rows of the program's, streamed by a binary `COPY`.

use sqlx::error::BoxDynError;
use sqlx::postgres::PgTypeInfo;
use sqlx::{
    AssertSqlSafe, Column as _, Executor as _, PgConnection, SqlSafeStr as _, Statement as _,
    TypeInfo as _,
};

use super::error::SeedError;
use super::row::{CopyRow, RowBuffer};
use super::table::{Table, list};
use crate::progress::{self, Unit};

/// What is sent at once.
const CHUNK: usize = 256 * 1024;

/// Fills the table, and gives the number of rows.
pub(in crate::database::template) async fn copy<R, const COLUMNS: usize>(
    connection: &mut PgConnection,
    table: &Table,
    columns: [&str; COLUMNS],
    rows: impl Iterator<Item = R>,
) -> Result<u64, SeedError>
where
    R: CopyRow<COLUMNS>,
{
    let refused = SeedError::refused(table);
    let types = types(connection, table, columns).await.map_err(&refused)?;
    check::<R, COLUMNS>(table, columns, &types)?;
    let progress = progress::begin(
        format!("copying rows into {table}"),
        Unit::Rows,
        total(&rows),
    );
    let statement = format!(
        "COPY {} ({}) FROM STDIN (FORMAT binary)",
        table.sql(),
        list(columns)
    );
    let mut copy = connection.copy_in_raw(&statement).await.map_err(&refused)?;
    let mut buffer = RowBuffer::new(&types);
    for (number, row) in (1..).zip(rows) {
        if let Err((column, cause)) = row.write(&mut buffer) {
            // The error that counts is the one told below.
            drop(copy.abort("a value could not be encoded").await);
            return Err(not_encoded(table, columns[column], number, &cause));
        }
        if buffer.len() >= CHUNK {
            copy.send(buffer.bytes()).await.map_err(&refused)?;
            buffer.clear();
            progress.set(number);
        }
    }
    buffer.end();
    copy.send(buffer.bytes()).await.map_err(&refused)?;
    copy.finish().await.map_err(&refused)
}

/// The number of rows, where the iterator knows it.
fn total(rows: &impl Iterator) -> Option<u64> {
    let (least, most) = rows.size_hint();
    most.filter(|most| *most == least)
        .and_then(|rows| u64::try_from(rows).ok())
}

/// The types of the columns, as the server prepares a query of them.
async fn types(
    connection: &mut PgConnection,
    table: &Table,
    columns: impl IntoIterator<Item = &str>,
) -> sqlx::Result<Vec<PgTypeInfo>> {
    let query = format!("SELECT {} FROM {}", list(columns), table.sql());
    let prepared = connection
        .prepare(AssertSqlSafe(query).into_sql_str())
        .await?;
    let columns = prepared.columns().iter();
    Ok(columns.map(|column| column.type_info().clone()).collect())
}

fn check<R: CopyRow<COLUMNS>, const COLUMNS: usize>(
    table: &Table,
    columns: [&str; COLUMNS],
    types: &[PgTypeInfo],
) -> Result<(), SeedError> {
    for ((column, sql), value) in columns.iter().zip(types).zip(R::types()) {
        if !value.fits(sql) {
            return Err(SeedError::Mismatch {
                table: table.to_string(),
                column: (*column).to_owned(),
                column_type: sql.name().to_lowercase(),
                row_type: value.sql(),
                rust_type: value.rust(),
            });
        }
    }
    Ok(())
}

fn not_encoded(table: &Table, column: &str, row: u64, cause: &BoxDynError) -> SeedError {
    SeedError::Value {
        table: table.to_string(),
        column: column.to_owned(),
        row,
        cause: cause.to_string(),
    }
}
