//! A template: migrated and seeded once, by a function of the user's, for all tests and processes.

use std::any::type_name;
use std::collections::HashMap;
use std::error::Error;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::OnceCell;
use url::Url;

use super::admin::{Admin, failed};
use super::background::in_background;
use super::name;
use crate::config;
use crate::error::{SetupError, SharedError, chain};
use crate::postgres::{cause, with_database};

/// Any error, as a template function or a test may return it.
pub type BoxError = Box<dyn Error + Send + Sync>;

type Building = Pin<Box<dyn Future<Output = Result<(), BoxError>>>>;

/// A template function: what it is called and how to run it.
pub(crate) struct Template {
    /// The function's path: `my_crate::seed::hundred_users`.
    path: &'static str,
    /// Named functions only: two closures can have one path, and differ by what they hold.
    is_function: bool,
    build: Box<dyn FnOnce(TemplateDb) -> Building>,
}

impl Template {
    pub(crate) fn new<F, Fut>(function: F) -> Self
    where
        F: FnOnce(TemplateDb) -> Fut + 'static,
        Fut: Future + 'static,
        Fut::Output: TemplateOutput,
    {
        Self {
            path: type_name::<F>(),
            is_function: size_of::<F>() == 0 && !type_name::<F>().contains("{{closure}}"),
            build: Box::new(|db| Box::pin(async { function(db).await.into_result() })),
        }
    }
}

/// What a template function may return: `()`, or a `Result` with any error.
#[diagnostic::on_unimplemented(
    message = "a template function returns `()` or `Result<(), E>`, not `{Self}`",
    label = "this function's output is `{Self}`",
    note = "its shape is `async fn seed(db: perf_harness::TemplateDb) -> Result<(), sqlx::Error>`"
)]
pub trait TemplateOutput {
    /// The output as one type.
    fn into_result(self) -> Result<(), BoxError>;
}

impl TemplateOutput for () {
    fn into_result(self) -> Result<(), BoxError> {
        Ok(())
    }
}

impl<E: Into<BoxError>> TemplateOutput for Result<(), E> {
    fn into_result(self) -> Result<(), BoxError> {
        self.map_err(Into::into)
    }
}

/// The empty database that a template function fills. What it does is not recorded.
///
/// The function runs once for each build of the test program, so what it reads must be part of the program:
/// `include_str!("seed.sql")`, not a file that is read when it runs.
#[derive(Clone, Debug)]
pub struct TemplateDb {
    url: Url,
}

impl TemplateDb {
    /// The database's URL, password included.
    #[must_use]
    pub fn url(&self) -> &str {
        self.url.as_str()
    }

    /// A pool on it, which connects when it is first used. Call it within a tokio runtime.
    #[cfg(feature = "sqlx")]
    #[must_use]
    pub fn pool(&self) -> sqlx::PgPool {
        crate::database::pool::lazy(&self.url)
    }

    /// A sea-orm connection on it, which connects when it is first used. Call it within a tokio runtime.
    #[cfg(feature = "sea-orm")]
    #[must_use]
    pub fn connection(&self) -> sea_orm::DatabaseConnection {
        sea_orm::SqlxPostgresConnector::from_sqlx_postgres_pool(crate::database::pool::lazy(
            &self.url,
        ))
    }
}

/// The name of the finished template, built now or before, here or in another process.
pub(super) async fn obtain(template: Template) -> Result<String, SetupError> {
    if !template.is_function {
        return Err(SetupError::Template {
            template: template.path.to_owned(),
            cause: "it is a closure or a pointer, and has no path of its own to know it by: give an async fn"
                .to_owned(),
        });
    }
    let cell = cell(template.path);
    let result = cell.get_or_init(|| find_or_build(template)).await;
    result.clone().map_err(|error| SetupError::clone(&error))
}

type Cell = Arc<OnceCell<Result<String, SharedError>>>;

/// Once per process and function, its failure included: a hundred tests need not fail a hundred migrations.
fn cell(path: &'static str) -> Cell {
    static CELLS: Mutex<Option<HashMap<&'static str, Cell>>> = Mutex::new(None);
    let mut cells = CELLS.lock().unwrap_or_else(PoisonError::into_inner);
    Arc::clone(cells.get_or_insert_default().entry(path).or_default())
}

async fn find_or_build(template: Template) -> Result<String, SharedError> {
    let origin = Origin::of(template.path)?;
    let (name, database) = in_background(async move { origin.claim().await }).await?;
    let Some(url) = database else {
        return Ok(name);
    };
    let built = run(template, TemplateDb { url }).await;
    let finished = name.clone();
    in_background(async move { finish(&finished, built).await }).await?;
    Ok(name)
}

/// Runs the user's function on the test's runtime. Its panic fails the test with a word on where it came from.
async fn run(template: Template, db: TemplateDb) -> Result<(), SetupError> {
    let path = template.path;
    let failed = |cause: String| SetupError::Template {
        template: path.to_owned(),
        cause,
    };
    let work = tokio::task::LocalSet::new();
    let task = work.spawn_local((template.build)(db));
    match work.run_until(task).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(failed(told(&error))),
        Err(stopped) => Err(failed(format!("it panicked: {}", panic_text(stopped)))),
    }
}

/// The user's error, in the server's own words where it is one of sqlx's.
fn told(error: &BoxError) -> String {
    match error.downcast_ref::<sqlx::Error>() {
        Some(error) => cause(error),
        None => chain(&**error),
    }
}

fn panic_text(stopped: tokio::task::JoinError) -> String {
    let Ok(payload) = stopped.try_into_panic() else {
        return "it was cancelled".to_owned();
    };
    let text = payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied());
    text.unwrap_or("no message").to_owned()
}

/// Where a template comes from and which version of it this program holds.
struct Origin {
    /// The program and the function: another build of them is another version of the same.
    path: String,
    version: u64,
}

impl Origin {
    /// A Rust function has no version of its own: the program that holds it stands for it.
    fn of(function: &str) -> Result<Self, SetupError> {
        use std::hash::{DefaultHasher, Hash as _, Hasher as _};
        use std::os::unix::fs::MetadataExt as _;

        let program = config::executable()
            .ok_or_else(|| SetupError::system("the test program has no path", &"?"))?;
        let file = std::fs::metadata(&program).map_err(|error| {
            SetupError::system(format!("{} could not be read", program.display()), &error)
        })?;
        let mut version = DefaultHasher::new();
        (
            file.len(),
            file.mtime(),
            file.mtime_nsec(),
            file.ino(),
            env!("CARGO_PKG_VERSION"),
        )
            .hash(&mut version);
        Ok(Self {
            path: format!("{}:{function}", program.display()),
            version: version.finish(),
        })
    }

    /// The template's name, and the URL of an empty database if it still has to be filled.
    ///
    /// Who gets the URL holds the template alone until [`finish`]; who gets none shares it for as long as this
    /// process lives, so that no other build drops it.
    async fn claim(self) -> Result<(String, Option<Url>), SetupError> {
        let admin = Admin::get().await?;
        let name = name::of_template(&admin.place, &self.path, self.version);
        loop {
            if admin.try_share(&name).await? {
                if self.is_finished(admin, &name).await? {
                    return Ok((name, None));
                }
                admin.release_share(&name).await?;
            }
            if admin.try_lease(&name).await? {
                return self.prepare(admin, name).await;
            }
            // Another process builds it.
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    async fn is_finished(&self, admin: &Admin, name: &str) -> Result<bool, SetupError> {
        let found = admin.databases(name).await;
        let found = found.map_err(|error| failed(name, "looked for", &error))?;
        Ok(found.contains(&(name.to_owned(), true)))
    }

    /// Makes the empty database, unless someone was faster. Called with the template held alone.
    async fn prepare(
        &self,
        admin: &Admin,
        name: String,
    ) -> Result<(String, Option<Url>), SetupError> {
        let made = self.make(admin, &name).await;
        if matches!(made, Ok(true)) {
            let url = with_database(&admin.server.url, &name);
            return Ok((name, Some(url)));
        }
        if made.is_ok() {
            admin.try_share(&name).await?;
        }
        admin.release(&name).await?;
        made.map(|_| (name, None))
    }

    async fn make(&self, admin: &Admin, name: &str) -> Result<bool, SetupError> {
        if self.is_finished(admin, name).await? {
            return Ok(false);
        }
        let prefix = name::template_prefix(&admin.place, &self.path);
        let found = admin.databases(&prefix).await;
        for (old, _) in found.map_err(|error| failed(name, "looked for", &error))? {
            // Of older builds of this program, or left half built.
            admin.drop_unused_template(&old).await?;
        }
        admin.create_database(name, "template0").await?;
        Ok(true)
    }
}

/// Marks a filled template as finished and shares it, or drops one that could not be filled.
async fn finish(name: &str, built: Result<(), SetupError>) -> Result<(), SetupError> {
    let admin = Admin::get().await?;
    let finished = match built {
        Ok(()) => seal(admin, name).await,
        Err(error) => {
            // Should it stay, the next who builds it drops it.
            drop(admin.drop_database(name).await);
            Err(error)
        }
    };
    if finished.is_ok() {
        admin.try_share(name).await?;
    }
    admin.release(name).await?;
    finished
}

/// Fresh statistics and no dead rows for the planner, nobody connected, and the mark.
async fn seal(admin: &Admin, name: &str) -> Result<(), SetupError> {
    let problem = |error: sqlx::Error| failed(name, "finished", &error);
    super::pool::vacuum(&with_database(&admin.server.url, name))
        .await
        .map_err(problem)?;
    admin.disconnect(name).await.map_err(problem)?;
    admin
        .execute(format!(
            "ALTER DATABASE \"{name}\" IS_TEMPLATE true ALLOW_CONNECTIONS false"
        ))
        .await
        .map_err(problem)
}
