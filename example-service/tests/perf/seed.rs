//! What the tests and the demo start from: migrated and seeded once, and copied for each of them.

use example_service::seed;
use perf_harness::TemplateDb;
use sea_orm::DbErr;

pub(crate) async fn hundred_users(db: TemplateDb) -> Result<(), DbErr> {
    let db = db.connection();
    seed::migrate(&db).await?;
    seed::users(&db, 100).await
}

/// 270 of them are published.
pub(crate) async fn three_hundred_articles(db: TemplateDb) -> Result<(), DbErr> {
    let db = db.connection();
    seed::migrate(&db).await?;
    seed::users(&db, 300).await?;
    seed::articles(&db, 300).await
}

/// With a token each, and 30 items each.
pub(crate) async fn hundred_dashboards(db: TemplateDb) -> Result<(), DbErr> {
    let db = db.connection();
    seed::migrate(&db).await?;
    seed::users(&db, 100).await?;
    seed::tokens(&db).await?;
    seed::items(&db, 3_000).await
}
