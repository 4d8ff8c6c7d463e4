//! The database that a layer is filled in.

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, PgConnection};
use url::Url;

use super::failure::BoxError;
use super::seed::{CopyRow, SeedError, Table, copy, generate};

/// The database that a template function fills. What it does is not recorded.
///
/// It is empty, or holds the layers below. The function runs once for each build of the test program, unless its
/// [`Template`](crate::Template) has a version: what it reads must be part of the program
/// (`include_str!("seed.sql")`), or be named by [`reads`](crate::Template::reads).
///
/// An async function that is not finished within `PERF_HARNESS_TEMPLATE_TIMEOUT_S` (600) is cancelled and its
/// database dropped. One that blocks its thread cannot be: the test waits for as long as it does.
#[derive(Clone, Debug)]
pub struct TemplateDb {
    url: Url,
}

impl TemplateDb {
    pub(super) fn new(url: Url) -> Self {
        Self { url }
    }

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

    /// Fills a table with rows, by a binary `COPY`: a million in seconds, in constant memory. Gives their number.
    ///
    /// A row is a tuple with a value for each column, in their order: anything that sqlx can encode, `Option` for
    /// what can be null. The types must be those of the columns (`i64` for `bigint`): a `COPY` converts nothing, and
    /// what does not fit is an error before anything is sent. A schema is named by a pair: `("shop", "articles")`.
    ///
    /// ```no_run
    /// # async fn seed(db: perf_harness::TemplateDb) -> Result<(), perf_harness::SeedError> {
    /// let rows = (1..=1_000_000_i64).map(|id| (id, format!("article {id}"), (id % 7 == 0).then_some(7_i32)));
    /// db.copy("articles", ["id", "title", "views"], rows).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn copy<R, const COLUMNS: usize>(
        &self,
        table: impl Into<Table>,
        columns: [&str; COLUMNS],
        rows: impl IntoIterator<Item = R>,
    ) -> Result<u64, SeedError>
    where
        R: CopyRow<COLUMNS>,
    {
        let mut connection = self.connect().await?;
        copy(&mut connection, &table.into(), columns, rows.into_iter()).await
    }

    /// Fills a table with rows that the server makes: each column with an expression of SQL, in which `n` is the
    /// row's number, from 1 (a `bigint`). Gives the number of rows.
    ///
    /// ```no_run
    /// # async fn seed(db: perf_harness::TemplateDb) -> Result<(), perf_harness::SeedError> {
    /// db.generate("users", 1_000_000, [
    ///     ("username", "'user' || n"),
    ///     ("email", "'user' || n || '@example.org'"),
    ///     ("age", "18 + n % 60"),
    /// ])
    /// .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn generate<const COLUMNS: usize>(
        &self,
        table: impl Into<Table>,
        rows: u64,
        columns: [(&str, &str); COLUMNS],
    ) -> Result<u64, SeedError> {
        let mut connection = self.connect().await?;
        generate(&mut connection, &table.into(), rows, &columns).await
    }

    /// Its name.
    pub(super) fn name(&self) -> &str {
        self.url.path().trim_start_matches('/')
    }

    pub(super) async fn connect(&self) -> sqlx::Result<PgConnection> {
        PgConnectOptions::from_url(&self.url)?
            .disable_statement_logging()
            .connect()
            .await
    }

    /// How programs are told where it is: `DATABASE_URL`, and libpq's variables. Those that are `None` must go, or
    /// they would lead elsewhere.
    pub(super) fn environment(
        &self,
    ) -> Result<Vec<(&'static str, Option<std::ffi::OsString>)>, BoxError> {
        let options = PgConnectOptions::from_url(&self.url)?;
        let host = match options.get_socket() {
            Some(directory) => directory.clone().into_os_string(),
            None => options.get_host().into(),
        };
        let password = self.url.password().map(decoded);
        Ok(vec![
            ("DATABASE_URL", Some(self.url().into())),
            ("PGHOST", Some(host)),
            ("PGPORT", Some(options.get_port().to_string().into())),
            ("PGUSER", Some(options.get_username().into())),
            ("PGDATABASE", options.get_database().map(Into::into)),
            ("PGPASSWORD", password.map(Into::into)),
            ("PGHOSTADDR", None),
            ("PGSERVICE", None),
        ])
    }
}

/// Without what a URL escapes.
fn decoded(text: &str) -> String {
    // The parser is one of forms, where a plus stands for a blank.
    let pair = format!("={}", text.replace('+', "%2B"));
    let mut pairs = url::form_urlencoded::parse(pair.as_bytes());
    pairs
        .next()
        .map_or_else(String::new, |(_, value)| value.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_told_by_the_variables_that_libpq_reads() {
        let check = |url: &str, expected: [(&str, &str); 5]| {
            let db = TemplateDb::new(Url::parse(url).unwrap());
            let environment = db.environment().unwrap();
            for (name, value) in expected {
                let found = environment
                    .iter()
                    .find(|(variable, _)| *variable == name)
                    .unwrap();
                assert_eq!(
                    found.1.as_deref().and_then(|value| value.to_str()),
                    Some(value),
                    "{name} of {url}"
                );
            }
        };
        check(
            "postgres://me:a%2Bb+c%20d@db.example:6543/app?sslmode=disable",
            [
                ("PGHOST", "db.example"),
                ("PGPORT", "6543"),
                ("PGUSER", "me"),
                ("PGPASSWORD", "a+b+c d"),
                ("PGDATABASE", "app"),
            ],
        );
        check(
            "postgres://me:x@%2Frun%2Fpg:5432/app",
            [
                ("PGHOST", "/run/pg"),
                ("PGPORT", "5432"),
                ("PGUSER", "me"),
                ("PGPASSWORD", "x"),
                ("PGDATABASE", "app"),
            ],
        );
    }
}
