//! The server's own record of what it executed, to hold a recording against.
#![expect(clippy::print_stdout, reason = "a skipped test says so")]

use std::path::PathBuf;
use std::time::Duration;

use futures::TryStreamExt;
use perf_harness::{BoxError, Class, PerfDb, Query, Recording};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use testcontainers::bollard::Docker;
use testcontainers::bollard::query_parameters::{ListContainersOptions, LogsOptionsBuilder};
use testcontainers::core::client::docker_client_instance;
use url::Url;

/// The statement log of one database.
pub(crate) struct ServerLog {
    place: Place,
    server: Url,
    database: String,
}

/// Where the server writes it.
enum Place {
    /// Into a file of this machine.
    File(PathBuf),
    /// Out of its container, to the engine.
    Container(Docker, String),
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
            Err(cause) => panic!("the log of the harness's own server cannot be read: {cause}"),
        }
    }

    async fn switch_on(db: &PerfDb) -> Result<Self, BoxError> {
        let server = Url::parse(db.direct_url())?;
        let mut direct = PgConnection::connect(server.as_str()).await?;
        let (database, data): (String, String) =
            sqlx::query_as("SELECT current_database()::text, current_setting('data_directory')")
                .fetch_one(&mut direct)
                .await?;
        let switch_on = format!("ALTER DATABASE \"{database}\" SET log_statement = 'all'");
        sqlx::raw_sql(AssertSqlSafe(switch_on))
            .execute(&mut direct)
            .await?;
        direct.close().await?;
        let place = Place::of(PathBuf::from(data).with_file_name("log"), &server).await?;
        Ok(Self {
            place,
            server,
            database,
        })
    }

    /// The log up to now. It may come by way of an engine: when a mark of this moment is in it, all before it is.
    async fn text(&self) -> String {
        let mark = self.mark().await.unwrap();
        for _ in 0..400 {
            let text = self.place.read().await.unwrap();
            if text.contains(&mark) {
                return text;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("the server's log does not go on");
    }

    /// Has the server log a word that is nowhere else, as a statement of another database.
    async fn mark(&self) -> Result<String, BoxError> {
        let mut elsewhere = self.server.clone();
        elsewhere.set_path("postgres");
        let mut connection = PgConnection::connect(elsewhere.as_str()).await?;
        let mark = format!("up to here: {}", self.database);
        let statements = [
            "SET log_statement = 'all'".to_owned(),
            format!("SELECT '{mark}'"),
        ];
        for statement in statements {
            sqlx::raw_sql(AssertSqlSafe(statement))
                .execute(&mut connection)
                .await?;
        }
        connection.close().await?;
        Ok(mark)
    }

    /// Every statement of every class that the server logged, sorted.
    async fn statements(&self) -> Vec<String> {
        let log = self.text().await;
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
    pub(crate) async fn agrees_with<T>(&self, recording: &Recording<T>) {
        let traffic = recording.traffic();
        let classes = [Class::Query, Class::TransactionControl, Class::Driver];
        let recorded: Vec<&str> = classes
            .iter()
            .flat_map(|class| traffic.of_class(*class))
            .map(Query::sql)
            .collect();
        let counts = recording.counts();
        let logged = self.statements().await;
        assert_eq!(sorted(recorded.into_iter()), logged);
        let counted = counts.queries + counts.transaction_control + counts.driver;
        assert_eq!(counted, logged.len());
        assert_eq!(counts.undecoded, 0);
    }
}

impl Place {
    async fn of(file: PathBuf, server: &Url) -> Result<Self, BoxError> {
        if file.is_file() {
            return Ok(Self::File(file));
        }
        let engine = docker_client_instance().await?;
        let containers = engine
            .list_containers(None::<ListContainersOptions>)
            .await?;
        let of_server = containers.into_iter().find(|container| {
            let ports = container.ports.iter().flatten();
            ports
                .map(|port| port.public_port)
                .any(|port| port == server.port())
        });
        let id = of_server.and_then(|container| container.id);
        let id = id.ok_or_else(|| format!("no {} and no container", file.display()))?;
        Ok(Self::Container(engine, id))
    }

    async fn read(&self) -> Result<String, BoxError> {
        match self {
            Self::File(file) => Ok(std::fs::read_to_string(file)?),
            Self::Container(engine, id) => {
                let options = LogsOptionsBuilder::new().stderr(true).build();
                let pieces: Vec<_> = engine.logs(id, Some(options)).try_collect().await?;
                let bytes: Vec<u8> = pieces
                    .into_iter()
                    .flat_map(testcontainers::bollard::container::LogOutput::into_bytes)
                    .collect();
                Ok(String::from_utf8(bytes)?)
            }
        }
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
