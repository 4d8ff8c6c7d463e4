//! A server given by its URL, and URLs made from other URLs.

use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgSslMode};
use sqlx::{ConnectOptions, PgConnection};
use url::Url;

use super::{Endpoint, Held, Provider, Server, cause, supported};
use crate::config::Config;
use crate::error::SetupError;

/// How long a server may take to let us in.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server of the user's.
pub(super) struct Given<'u>(pub(super) &'u Url);

impl Provider for Given<'_> {
    /// Checks that the server answers, and says where it listens.
    async fn obtain(&self, _: &'static Config, why: &str) -> Result<Held, SetupError> {
        let url = self.0;
        let options = options(url)?;
        let mut connection = connect(&options)
            .await
            .map_err(|error| refused(url, &error))?;
        let version = connection.server_version_num().unwrap_or_default();
        let is_superuser = is_superuser(&mut connection)
            .await
            .map_err(|error| refused(url, &error))?;
        let role = options.get_username().to_owned();
        let limits = if is_superuser {
            String::new()
        } else {
            format!("; {}", limits(&role))
        };
        let server = Server {
            endpoint: endpoint(&options),
            role,
            version: supported(version, &masked(url))?,
            ours: false,
            told: format!("the server at {}, {why}{limits}", masked(url)),
            url: url.clone(),
        };
        Ok((server, connection))
    }
}

async fn is_superuser(connection: &mut PgConnection) -> sqlx::Result<bool> {
    sqlx::query_scalar("SELECT current_setting('is_superuser') = 'on'")
        .fetch_one(connection)
        .await
}

/// What cannot be done as this role, for a person.
fn limits(role: &str) -> String {
    format!(
        "role `{role}` is no superuser: extensions that are not trusted cannot be created, \
         and nothing is made ahead of time"
    )
}

/// Connects without encryption: what the recorder cannot do, the set-up must not do either.
pub(super) async fn connect(options: &PgConnectOptions) -> sqlx::Result<PgConnection> {
    // Who waits for what this process holds can say so.
    connect_as(options, &format!("perf-harness {}", std::process::id())).await
}

/// The same, under a name of its own.
pub(super) async fn connect_as(
    options: &PgConnectOptions,
    name: &str,
) -> sqlx::Result<PgConnection> {
    let plain = options
        .clone()
        .ssl_mode(PgSslMode::Disable)
        .application_name(name)
        .disable_statement_logging();
    match tokio::time::timeout(PATIENCE, plain.connect()).await {
        Ok(answer) => answer,
        Err(_) => Err(silent(options).into()),
    }
}

fn silent(options: &PgConnectOptions) -> std::io::Error {
    let place = match endpoint(options) {
        Endpoint::Unix(socket) => socket.display().to_string(),
        Endpoint::Tcp { host, port } => format!("{host}:{port}"),
    };
    let told = format!("{place} did not answer within {} s", PATIENCE.as_secs());
    std::io::Error::new(std::io::ErrorKind::TimedOut, told)
}

/// The connection options that a URL stands for.
pub(super) fn options(url: &Url) -> Result<PgConnectOptions, SetupError> {
    let options = PgConnectOptions::from_str(url.as_str()).map_err(|error| refused(url, &error))?;
    match options.get_ssl_mode() {
        PgSslMode::Disable | PgSslMode::Allow | PgSslMode::Prefer => Ok(options),
        mode => Err(SetupError::TlsRequired {
            url: masked(url),
            mode: ssl_mode_name(mode).to_owned(),
        }),
    }
}

fn ssl_mode_name(mode: PgSslMode) -> &'static str {
    match mode {
        PgSslMode::VerifyCa => "verify-ca",
        PgSslMode::VerifyFull => "verify-full",
        _ => "require",
    }
}

pub(super) fn endpoint(options: &PgConnectOptions) -> Endpoint {
    let port = options.get_port();
    match options.get_socket() {
        Some(directory) => Endpoint::Unix(socket_file(directory, port)),
        None if options.get_host().starts_with('/') => {
            Endpoint::Unix(socket_file(Path::new(options.get_host()), port))
        }
        None => Endpoint::Tcp {
            host: options.get_host().to_owned(),
            port,
        },
    }
}

/// The name that the server gives its socket: PostgreSQL documentation, `unix_socket_directories`.
fn socket_file(directory: &Path, port: u16) -> std::path::PathBuf {
    directory.join(format!(".s.PGSQL.{port}"))
}

fn refused(url: &Url, error: &sqlx::Error) -> SetupError {
    SetupError::UrlRefused {
        url: masked(url),
        cause: cause(error),
    }
}

/// The same server, another database.
pub(crate) fn with_database(url: &Url, database: &str) -> Url {
    let mut changed = url.clone();
    changed.set_path(database);
    let kept = kept_parameters(url, &["dbname"]);
    set_parameters(&mut changed, &kept);
    changed
}

/// The same role, password and settings, at a port of this machine that speaks no TLS.
pub(crate) fn with_port(url: &Url, role: &str, port: u16) -> Url {
    const PLACE: [&str; 7] = [
        "host",
        "hostaddr",
        "port",
        "sslmode",
        "ssl-mode",
        "sslrootcert",
        "channel_binding",
    ];
    let mut changed = url.clone();
    let set = changed.set_host(Some("127.0.0.1")).is_ok()
        && changed.set_port(Some(port)).is_ok()
        && (!url.username().is_empty() || changed.set_username(role).is_ok());
    assert!(set, "a URL that a server was reached by can have a host");
    let mut parameters = kept_parameters(url, &PLACE);
    parameters.push(("sslmode".to_owned(), "disable".to_owned()));
    set_parameters(&mut changed, &parameters);
    changed
}

fn kept_parameters(url: &Url, without: &[&str]) -> Vec<(String, String)> {
    url.query_pairs()
        .filter(|(name, _)| !without.contains(&name.as_ref()))
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect()
}

fn set_parameters(url: &mut Url, parameters: &[(String, String)]) {
    url.set_query(None);
    if !parameters.is_empty() {
        url.query_pairs_mut().extend_pairs(parameters);
    }
}

/// The URL as it may be shown: no password.
pub(crate) fn masked(url: &Url) -> String {
    let mut shown = url.clone();
    if shown.password().is_some() && shown.set_password(Some("***")).is_err() {
        return format!("{}://***", url.scheme());
    }
    let kept = kept_parameters(url, &["password", "sslpassword"]);
    set_parameters(&mut shown, &kept);
    shown.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn the_recorded_url_keeps_who_and_changes_where() {
        let check = |given: &str, expected: &str| {
            assert_eq!(with_port(&url(given), "me", 7777).as_str(), expected);
        };
        check(
            "postgres://u:p@db.example:6543/app?sslmode=prefer&application_name=x",
            "postgres://u:p@127.0.0.1:7777/app?application_name=x&sslmode=disable",
        );
        check(
            "postgres://u:p@%2Frun%2Fpg:5432/app",
            "postgres://u:p@127.0.0.1:7777/app?sslmode=disable",
        );
        check(
            "postgres:///app?host=/run/pg&port=5433",
            "postgres://me@127.0.0.1:7777/app?sslmode=disable",
        );
    }

    #[test]
    fn another_database_changes_nothing_else() {
        let changed = with_database(
            &url("postgres://u@h/app?dbname=x&options=-c%20a%3Db"),
            "new",
        );
        assert_eq!(changed.as_str(), "postgres://u@h/new?options=-c+a%3Db");
    }

    #[test]
    fn a_shown_url_has_no_password() {
        assert_eq!(
            masked(&url("postgres://u:secret@h/a")),
            "postgres://u:***@h/a"
        );
        assert_eq!(
            masked(&url("postgres://h/a?password=secret&x=1")),
            "postgres://h/a?x=1"
        );
    }

    #[test]
    fn the_endpoint_is_a_socket_or_a_port() {
        let check = |given: &str, expected: Endpoint| {
            assert_eq!(endpoint(&options(&url(given)).unwrap()), expected);
        };
        let unix = |path: &str| Endpoint::Unix(path.into());
        check(
            "postgres://u@%2Frun%2Fpg:5433/a",
            unix("/run/pg/.s.PGSQL.5433"),
        );
        check("postgres:///a?host=/run/pg", unix("/run/pg/.s.PGSQL.5432"));
        let tcp = Endpoint::Tcp {
            host: "db".to_owned(),
            port: 6543,
        };
        check("postgres://u@db:6543/a", tcp);
    }

    #[test]
    fn a_url_that_insists_on_tls_is_refused() {
        let error = options(&url("postgres://u:secret@h/a?sslmode=verify-full")).unwrap_err();
        let told = error.to_string();
        assert!(
            told.contains("sslmode=verify-full") && !told.contains("secret"),
            "{told}"
        );
    }
}
