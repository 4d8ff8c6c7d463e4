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
    admin.shut(database).await.map_err(problem)?;
    for statement in [
        format!("ALTER DATABASE \"{database}\" RENAME TO \"{kept}\""),
        format!("ALTER DATABASE \"{kept}\" ALLOW_CONNECTIONS true"),
    ] {
        admin.execute(statement).await.map_err(problem)?;
    }
    let comment = format!("perf-harness: the database of the failed test {test}");
    admin.comment(&kept, &comment).await.map_err(problem)?;
    trim(admin, &kept, most).await?;
    Ok(kept)
}

/// The names are in the order of time. The newest stays whatever the clock says.
async fn trim(admin: &Admin, newest: &str, most: usize) -> Result<(), SetupError> {
    let prefix = name::failed_prefix(&admin.place);
    let found = admin.databases(&prefix).await;
    let mut others = found.map_err(|error| failed(&prefix, "looked for", &error))?;
    others.retain(|(other, _)| other != newest);
    others.sort();
    let surplus = (others.len() + 1).saturating_sub(most);
    for (oldest, _) in others.into_iter().take(surplus) {
        // One that a person is connected to stays.
        drop(
            admin
                .execute(format!("DROP DATABASE IF EXISTS \"{oldest}\""))
                .await,
        );
    }
    Ok(())
}
