//! The copy of a template that all read-only tests share. The server refuses every write to it.

use super::admin::{Admin, failed};
use super::name;
use crate::error::SetupError;

/// The name of the copy, made now or before. It is in use for as long as this process lives.
pub(super) async fn obtain(admin: &Admin, template: &str) -> Result<String, SetupError> {
    let shared = name::of_shared(&admin.place, template);
    // Nobody holds it alone but who drops it, which is over in a moment.
    while !admin.try_share(&shared).await? {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    if !is_there(admin, &shared).await? {
        make(admin, template, &shared).await?;
    }
    Ok(shared)
}

async fn is_there(admin: &Admin, shared: &str) -> Result<bool, SetupError> {
    let found = admin.databases(shared).await;
    found
        .map(|found| !found.is_empty())
        .map_err(|error| failed(shared, "looked for", &error))
}

/// It gets its name when it is complete: until then it is a test's database, which is removed if this process dies.
async fn make(admin: &Admin, template: &str, shared: &str) -> Result<(), SetupError> {
    let unfinished = name::of_clone(&admin.place, shared);
    admin.try_lease(&unfinished).await?;
    let made = complete(admin, template, &unfinished, shared).await;
    if !matches!(made, Ok(true)) {
        // Another process was faster, or the server refused something.
        drop(admin.drop_database(&unfinished).await);
    }
    admin.release(&unfinished).await?;
    made.map(drop)
}

async fn complete(
    admin: &Admin,
    template: &str,
    unfinished: &str,
    shared: &str,
) -> Result<bool, SetupError> {
    admin.create_database(unfinished, template).await?;
    let read_only =
        format!("ALTER DATABASE \"{unfinished}\" SET default_transaction_read_only = on");
    let problem = |error: sqlx::Error| failed(shared, "created", &error);
    admin.execute(read_only).await.map_err(problem)?;
    admin.rename(unfinished, shared).await.map_err(problem)
}
