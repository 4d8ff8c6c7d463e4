//! The databases of failed tests: the last few are kept for a person to look at.

use super::admin::{Admin, failed};
use super::name;
use crate::error::SetupError;

/// Keeps a test's database under a name that says whose it was, and drops the oldest beyond `most`.
/// Gives the new name.
pub(super) async fn keep(
    admin: &Admin,
    database: &str,
    test: &str,
    most: usize,
) -> Result<String, SetupError> {
    let kept = name::of_failed(&admin.place, test);
    let problem = |error: sqlx::Error| failed(database, "kept", &error);
    admin.disconnect(database).await.map_err(problem)?;
    // Unlike other statements of a pool, a rename is refused while a session ends: the server waits for it.
    admin
        .execute(format!(
            "ALTER DATABASE \"{database}\" RENAME TO \"{kept}\""
        ))
        .await
        .map_err(problem)?;
    let comment = format!("perf-harness: the database of the failed test {test}");
    admin.comment(&kept, &comment).await.map_err(problem)?;
    trim(admin, most).await?;
    Ok(kept)
}

/// The names are in the order of time.
async fn trim(admin: &Admin, most: usize) -> Result<(), SetupError> {
    let prefix = name::failed_prefix(&admin.place);
    let found = admin.databases(&prefix).await;
    let mut kept = found.map_err(|error| failed(&prefix, "looked for", &error))?;
    kept.sort();
    let surplus = kept.len().saturating_sub(most);
    for (oldest, _) in kept.into_iter().take(surplus) {
        // One that a person is connected to stays.
        drop(
            admin
                .execute(format!("DROP DATABASE IF EXISTS \"{oldest}\""))
                .await,
        );
    }
    Ok(())
}
