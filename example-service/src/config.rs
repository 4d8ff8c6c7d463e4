//! The settings of the binary: the only reader of the environment, once, at the start.
//!
//! A variable that is empty counts as unset. A wrong one is an error, never a default.

use std::{net::SocketAddr, ops::RangeInclusive, time::Duration};

use example_service::{Rate, RateError, Settings};
use tracing_subscriber::EnvFilter;

/// How long a request, or the start, waits for a connection to the database.
pub(crate) const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(3);

/// How long one statement may take: Django's `OPTIONS = {'options': '-c statement_timeout=5s'}`.
pub(crate) const STATEMENT_TIMEOUT: &str = "5s";

const MAX_CONNECTIONS: RangeInclusive<u32> = 1..=1000;

#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) database: DatabaseConfig,
    /// `THROTTLE_ANON`, `THROTTLE_USER`: rates such as `600/min`. None by default.
    pub(crate) settings: Settings,
    /// `BIND`: where to listen.
    pub(crate) bind: SocketAddr,
    /// `LOG`: a `tracing` filter. By default without the statements, which sea-orm logs at `info`.
    pub(crate) log: EnvFilter,
}

#[derive(Debug)]
pub(crate) struct DatabaseConfig {
    /// `DATABASE_URL`. Without one the binary uses a private server.
    pub(crate) url: Option<String>,
    /// `DATABASE_MAX_CONNECTIONS`: the size of the pool.
    pub(crate) max_connections: u32,
    /// `SEED`: fill an empty database with users and what is theirs. Off, as it may be somebody's.
    pub(crate) seed: bool,
}

/// A setting that cannot be used, and what to write instead.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ConfigError {
    #[error("{variable} is {value:?}: {cure}")]
    Wrong {
        variable: &'static str,
        value: String,
        cure: String,
    },
}

impl Config {
    pub(crate) fn from_env() -> Result<Self, ConfigError> {
        Self::parse(|name| {
            let value = std::env::var_os(name)?;
            Some(value.to_string_lossy().into_owned())
        })
    }

    fn parse(read: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let set = |variable| read(variable).filter(|value| !value.is_empty());
        Ok(Self {
            database: DatabaseConfig {
                url: set("DATABASE_URL").map(database_url).transpose()?,
                max_connections: set("DATABASE_MAX_CONNECTIONS").map_or(Ok(10), max_connections)?,
                seed: set("SEED").map_or(Ok(false), seed)?,
            },
            settings: Settings {
                throttle_anon: rate("THROTTLE_ANON", set("THROTTLE_ANON"))?,
                throttle_user: rate("THROTTLE_USER", set("THROTTLE_USER"))?,
                ..Settings::default()
            },
            bind: bind(set("BIND").unwrap_or_else(|| "127.0.0.1:8000".to_owned()))?,
            log: log(set("LOG").unwrap_or_else(|| "info,sqlx=warn".to_owned()))?,
        })
    }
}

const DATABASE_URL_CURE: &str = "write postgres://user:password@host:5432/database";

/// The value of a wrong URL is told up to its scheme only: the rest may hold a password.
fn database_url(value: String) -> Result<String, ConfigError> {
    let scheme = value.split_once("://").map(|(scheme, _)| scheme);
    if matches!(scheme, Some("postgres" | "postgresql")) {
        return Ok(value);
    }
    let value = scheme.map_or_else(|| "…".to_owned(), |scheme| format!("{scheme}://…"));
    Err(wrong("DATABASE_URL", value, DATABASE_URL_CURE))
}

fn seed(value: String) -> Result<bool, ConfigError> {
    match value.as_str() {
        "1" => Ok(true),
        "0" => Ok(false),
        _ => Err(wrong(
            "SEED",
            value,
            "write 1 to fill an empty database with 100 users, 300 articles, 500 items and 20 projects, or 0",
        )),
    }
}

fn max_connections(value: String) -> Result<u32, ConfigError> {
    let (least, most) = (MAX_CONNECTIONS.start(), MAX_CONNECTIONS.end());
    value
        .parse()
        .ok()
        .filter(|connections| MAX_CONNECTIONS.contains(connections))
        .ok_or_else(|| {
            let cure = format!("write a whole number from {least} to {most}");
            wrong("DATABASE_MAX_CONNECTIONS", value, cure)
        })
}

fn rate(variable: &'static str, value: Option<String>) -> Result<Option<Rate>, ConfigError> {
    let parsed = value.map(|value| {
        value.parse().map_err(|_: RateError| {
            wrong(
                variable,
                value,
                "write a rate such as 600/min, or nothing for none",
            )
        })
    });
    parsed.transpose()
}

fn bind(value: String) -> Result<SocketAddr, ConfigError> {
    value.parse().map_err(|_| {
        wrong(
            "BIND",
            value,
            "write an IP address and a port, such as 127.0.0.1:8000",
        )
    })
}

fn log(value: String) -> Result<EnvFilter, ConfigError> {
    EnvFilter::try_new(&value).map_err(|_| {
        wrong(
            "LOG",
            value,
            "write a level or a filter, such as debug or info,sqlx=debug",
        )
    })
}

fn wrong(variable: &'static str, value: String, cure: impl Into<String>) -> ConfigError {
    ConfigError::Wrong {
        variable,
        value,
        cure: cure.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Config::parse(|name| {
            let (_, value) = environment.iter().find(|(known, _)| *known == name)?;
            Some((*value).to_owned())
        })
    }

    fn check_refused(variable: &str, value: &str, expected: &str) {
        let error = parse(&[(variable, value)]).unwrap_err().to_string();
        assert_eq!(error, expected, "{variable}={value}");
    }

    #[test]
    fn an_empty_environment_gives_the_defaults() {
        let empty = [
            "DATABASE_URL",
            "SEED",
            "DATABASE_MAX_CONNECTIONS",
            "THROTTLE_ANON",
            "THROTTLE_USER",
            "BIND",
            "LOG",
        ];
        for environment in [vec![], empty.map(|name| (name, "")).to_vec()] {
            let config = parse(&environment).unwrap();
            assert_eq!(config.database.url, None);
            assert!(!config.database.seed);
            assert_eq!(config.database.max_connections, 10);
            assert_eq!(config.settings.throttle_anon, None);
            assert_eq!(config.settings.throttle_user, None);
            assert_eq!(config.bind.to_string(), "127.0.0.1:8000");
            assert_eq!(config.log.to_string(), "sqlx=warn,info");
        }
    }

    #[test]
    fn each_variable_is_read() {
        let config = parse(&[
            ("DATABASE_URL", "postgres://app@localhost/app"),
            ("SEED", "1"),
            ("DATABASE_MAX_CONNECTIONS", "1000"),
            ("THROTTLE_ANON", "60/min"),
            ("THROTTLE_USER", "600/min"),
            ("BIND", "[::1]:0"),
            ("LOG", "sqlx=debug"),
        ])
        .unwrap();
        assert_eq!(
            config.database.url.as_deref(),
            Some("postgres://app@localhost/app")
        );
        assert!(config.database.seed);
        assert_eq!(config.database.max_connections, 1000);
        assert_eq!(config.settings.throttle_anon, "60/min".parse().ok());
        assert_eq!(config.settings.throttle_user, "600/min".parse().ok());
        assert_eq!(config.bind.to_string(), "[::1]:0");
        assert_eq!(config.log.to_string(), "sqlx=debug");
    }

    #[test]
    fn a_wrong_value_is_told_with_its_variable_and_the_cure() {
        check_refused(
            "BIND",
            "8000",
            r#"BIND is "8000": write an IP address and a port, such as 127.0.0.1:8000"#,
        );
        for value in ["0", "1001", "-1", "ten"] {
            let told = format!(
                "DATABASE_MAX_CONNECTIONS is {value:?}: write a whole number from 1 to 1000"
            );
            check_refused("DATABASE_MAX_CONNECTIONS", value, &told);
        }
        for variable in ["THROTTLE_ANON", "THROTTLE_USER"] {
            let told = format!(
                r#"{variable} is "often": write a rate such as 600/min, or nothing for none"#
            );
            check_refused(variable, "often", &told);
        }
        check_refused(
            "SEED",
            "yes",
            r#"SEED is "yes": write 1 to fill an empty database with 100 users, 300 articles, 500 items and 20 projects, or 0"#,
        );
        check_refused(
            "LOG",
            "sqlx=loud",
            r#"LOG is "sqlx=loud": write a level or a filter, such as debug or info,sqlx=debug"#,
        );
    }

    #[test]
    fn a_wrong_database_url_is_told_without_its_password() {
        check_refused(
            "DATABASE_URL",
            "mysql://app:secret@localhost/app",
            r#"DATABASE_URL is "mysql://…": write postgres://user:password@host:5432/database"#,
        );
        check_refused(
            "DATABASE_URL",
            "password=secret",
            r#"DATABASE_URL is "…": write postgres://user:password@host:5432/database"#,
        );
    }
}
