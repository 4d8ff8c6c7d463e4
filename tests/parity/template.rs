//! The database that both start from: migrated by the original, filled by the port's seeds.

use std::path::Path;

use example_service::seed;
use perf_harness::{Template, TemplateDb};
use sea_orm::DbErr;

use crate::django;

/// `manage.py migrate`, and nothing more.
pub(crate) fn migrated(python: &Path) -> Template {
    let project = django::project();
    let manage = project.join("manage.py").display().to_string();
    let arguments = [manage.as_str(), "migrate", "--noinput"].map(str::to_owned);
    Template::command(python.display().to_string(), arguments).reads([
        format!("{}/*/migrations/*.py", project.display()),
        format!("{}/config/*.py", project.display()),
        format!("{}/requirements.txt", project.display()),
    ])
}

/// With rows for every case.
pub(crate) fn filled(python: &Path) -> Template {
    migrated(python).seed(fill)
}

async fn fill(db: TemplateDb) -> Result<(), DbErr> {
    let db = db.connection();
    seed::users(&db, 60).await?;
    seed::tokens(&db).await?;
    seed::items(&db, 600).await?;
    seed::articles(&db, 300).await?;
    seed::projects(&db, 45).await
}

/// The port's own migrations, and nothing more.
pub(crate) async fn ported(db: TemplateDb) -> Result<(), DbErr> {
    seed::migrate(&db.connection()).await
}
