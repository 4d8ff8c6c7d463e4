//! The server's own record of what it executed, to hold a recording against.
#![expect(clippy::print_stdout, reason = "a skipped test says so")]

use std::path::PathBuf;

use perf_harness::{BoxError, Class, PerfDb, Query, Recording};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

/// The statement log of one database.
pub(crate) struct ServerLog {
    file: PathBuf,
    database: String,
}

impl ServerLog {
    /// From now on the server writes every statement of this database down.
    ///
    /// `None`, with the reason printed, for a server of the user's own whose log cannot be had.
    pub(crate) async fn of(db: &PerfDb) -> Option<Self> {
        let found = Self::switch_on(db).await;
        let own = std::env::var("PERF_HARNESS_POSTGRES").is_ok_and(|value| value.contains("://"));
        match found {
            Ok(log) => Some(log),
            Err(cause) if own => {
                println!("skipped: the server's statement log cannot be had: {cause}");
                None
            }
            Err(cause) => panic!("the private cluster's log cannot be read: {cause}"),
        }
    }

    async fn switch_on(db: &PerfDb) -> Result<Self, BoxError> {
        let mut direct = PgConnection::connect(db.direct_url()).await?;
        let (database, data): (String, String) =
            sqlx::query_as("SELECT current_database()::text, current_setting('data_directory')")
                .fetch_one(&mut direct)
                .await?;
        let switch_on = format!("ALTER DATABASE \"{database}\" SET log_statement = 'all'");
        sqlx::raw_sql(AssertSqlSafe(switch_on))
            .execute(&mut direct)
            .await?;
        direct.close().await?;
        let file = PathBuf::from(data).with_file_name("log");
        std::fs::File::open(&file)?;
        Ok(Self { file, database })
    }

    /// Every statement of every class that the server logged, sorted.
    fn statements(&self) -> Vec<String> {
        let log = std::fs::read_to_string(&self.file).unwrap();
        let ours = format!(" {} LOG:  ", self.database);
        let mut statements: Vec<String> = Vec::new();
        let mut continues = false;
        for line in log.lines() {
            if let Some(text) = line.strip_prefix('\t') {
                if continues {
                    let last = statements.last_mut().unwrap();
                    *last = format!("{last} {}", text.trim());
                }
                continue;
            }
            let entry = line.split_once(&ours).map(|(_, entry)| entry);
            let statement = entry.and_then(statement);
            continues = statement.is_some();
            statements.extend(statement.map(str::to_owned));
        }
        sorted(statements.iter().map(String::as_str))
    }

    /// The recording holds exactly what the server executed: each statement, as often, by its text.
    pub(crate) fn agrees_with<T>(&self, recording: &Recording<T>) {
        let traffic = recording.traffic();
        let classes = [Class::Query, Class::TransactionControl, Class::Driver];
        let recorded: Vec<&str> = classes
            .iter()
            .flat_map(|class| traffic.of_class(*class))
            .map(Query::sql)
            .collect();
        let counts = recording.counts();
        assert_eq!(sorted(recorded.into_iter()), self.statements());
        let counted = counts.queries + counts.transaction_control + counts.driver;
        assert_eq!(counted, self.statements().len());
        assert_eq!(counts.undecoded, 0);
    }
}

/// `statement: BEGIN` of a simple query, `execute sqlx_s_1: SELECT ..` of an extended one.
fn statement(entry: &str) -> Option<&str> {
    if let Some(statement) = entry.strip_prefix("statement: ") {
        return Some(statement);
    }
    let executed = entry.strip_prefix("execute ")?;
    // Rows fetched later belong to a statement that is logged already.
    if executed.starts_with("fetch from ") {
        return None;
    }
    Some(executed.split_once(": ")?.1)
}

fn sorted<'a>(statements: impl Iterator<Item = &'a str>) -> Vec<String> {
    let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut all: Vec<String> = statements.map(one_line).collect();
    all.sort();
    all
}
