//! The database that both start from: migrated by the original, filled by the port's seeds.

use std::path::Path;

use example_service::seed;
use perf_harness::{PerfDb, PerfTest, Template, TemplateDb};
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

/// The user who has written nothing and owns nothing.
pub(crate) const IDLE_USER: i32 = 61;

/// With rows for every case.
pub(crate) fn filled(python: &Path) -> Template {
    migrated(python).seed(fill)
}

async fn fill(db: TemplateDb) -> Result<(), DbErr> {
    let db = db.connection();
    seed::users(&db, 60).await?;
    seed::items(&db, 600).await?;
    seed::articles(&db, 300).await?;
    seed::projects(&db, 45).await?;
    seed::users(&db, 1).await?;
    seed::tokens(&db).await
}

/// The port's own migrations, and nothing more.
pub(crate) fn ported() -> Template {
    Template::function(migrate)
}

async fn migrate(db: TemplateDb) -> Result<(), DbErr> {
    seed::migrate(&db.connection()).await
}

/// What the work finds on a fresh copy of the template.
pub(crate) fn on_a_copy<T, W>(name: &str, template: Template, work: W) -> T
where
    W: AsyncFnOnce(PerfDb) -> T,
{
    let mut found = None;
    let run = PerfTest::new(name)
        .template(template)
        .run(async |db: PerfDb| {
            found = Some(work(db).await);
        });
    run.unwrap_or_else(|failure| panic!("{name}: {failure}"));
    found.expect("the work was run")
}
