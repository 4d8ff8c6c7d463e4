//! How many rows a numbered list has.

use sea_orm::{
    DatabaseConnection, DbErr, EntityTrait, QuerySelect, Select,
    sea_query::{Asterisk, Expr, ExprTrait as _},
};

/// `COUNT(*)` of the rows themselves, as Django's paginator asks. sea-orm's would count those of a sub-query.
pub(crate) async fn count<E: EntityTrait>(
    db: &DatabaseConnection,
    rows: Select<E>,
) -> Result<u64, DbErr> {
    let counts: Vec<i64> = rows
        .select_only()
        .column_as(Expr::col(Asterisk).count(), "__count")
        .into_tuple()
        .all(db)
        .await?;
    Ok(counts.into_iter().map(i64::unsigned_abs).sum())
}
