//! The server's own record of what it executed, to hold a recording against.
#![expect(clippy::print_stdout, reason = "a skipped test says so")]

use std::path::PathBuf;

use perf_harness::{Class, PerfDb, Query, Recording};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

/// The statement log of one database.
pub(crate) struct ServerLog {
    file: PathBuf,
    database: String,
}

impl ServerLog {
    /// From now on the server writes every statement of this database down.
    ///
    /// `None`, with the reason printed, where the log cannot be read: the server is not on this machine.
    pub(crate) async fn of(db: &PerfDb) -> Option<Self> {
        let mut direct = PgConnection::connect(db.direct_url()).await.unwrap();
        let (database, data): (String, String) =
            sqlx::query_as("SELECT current_database()::text, current_setting('data_directory')")
                .fetch_one(&mut direct)
                .await
                .unwrap();
        let switch_on = format!("ALTER DATABASE \"{database}\" SET log_statement = 'all'");
        sqlx::raw_sql(AssertSqlSafe(switch_on))
            .execute(&mut direct)
            .await
            .unwrap();
        direct.close().await.unwrap();
        let file = PathBuf::from(data).parent()?.join("log");
        if std::fs::File::open(&file).is_err() {
            println!("skipped: {} cannot be read", file.display());
            return None;
        }
        Some(Self { file, database })
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
