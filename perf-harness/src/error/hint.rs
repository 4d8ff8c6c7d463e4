//! The cure of each error: one edit or one command per line.

use super::SetupError;
use crate::nearest::nearest;

impl SetupError {
    /// What to do about it: one edit or one command per line.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Setting { .. } => "correct the variable, or unset it for the default".to_owned(),
            Self::FeatureDisabled { feature, .. } => format!(
                "switch it on: perf-harness = {{ .., features = [\"{feature}\"] }}\nor use PERF_HARNESS_POSTGRES=local or =download"
            ),
            Self::PostgresNotFound { .. } | Self::NoPostgres { .. } => NO_POSTGRES.to_owned(),
            Self::Docker { cure, .. } | Self::Download { cure, .. } | Self::Baseline { cure, .. } | Self::Indexes { cure, .. } | Self::Latency { cure, .. }
            | Self::Limit { cure, .. } | Self::Budgets { cure, .. } | Self::History { cure, .. } => cure.clone(),
            Self::StorageFull { .. } => {
                "remove what the harness keeps: cargo xtask postgres clean\n\
                 or have another place used: PERF_HARNESS_POSTGRES_DIR=<a short absolute path with room>\n\
                 or make room there; less than 1 GiB in /dev/shm when the server starts sends it to the temporary directory"
                    .to_owned()
            }
            Self::ExtensionMissing { extension, major, .. } => extension_missing(extension, *major),
            Self::NotGrown { .. } => {
                "have the seed make as many rows as it is told to, committed, in the database that it is given".to_owned()
            }
            Self::Sizes { .. } => "for instance [10, 100]".to_owned(),
            Self::RoundTripTime { .. } => {
                "for instance rtt = 500us, within a data centre, or rtt = 1ms, between two of a region".to_owned()
            }
            Self::Unrecorded { .. } => {
                "db.unrecorded() is for time alone: record and assert with db itself".to_owned()
            }
            Self::Unsampled { .. } => {
                "record less at once: 10,000 statements are kept, or 64 MiB of text and values".to_owned()
            }
            Self::ExcuseUnused { .. } => {
                "take it away, if the defect is gone; or name a part of the query as the message shows it, its table or its function"
                    .to_owned()
            }
            Self::ExcuseWithoutReason { .. } => "say why it may stay: .excuse(\"..\", \"because ..\")".to_owned(),
            Self::NothingChosen { tables, .. } => nothing_chosen(tables),
            Self::ReadOnlyWritten { .. } => {
                "leave `read_only` out of the test that writes: it asks for READ WRITE, or the server would have refused it\n\
                 the next read-only test starts from a fresh copy"
                    .to_owned()
            }
            Self::TemplateTimeout { template, .. } => format!(
                "see where `{template}` waits, or allow it more: PERF_HARNESS_TEMPLATE_TIMEOUT_S=1800"
            ),
            Self::PostgresTooOld { .. } => {
                "install PostgreSQL 14 or newer, or point PERF_HARNESS_POSTGRES at one".to_owned()
            }
            Self::UrlRefused { .. } => {
                "check that the server runs, that the URL's host, port, role and password are right, and that it takes\n\
                 connections without TLS:\n\
                 psql \"$PERF_HARNESS_POSTGRES\" -c 'SELECT 1'"
                    .to_owned()
            }
            Self::TlsRequired { .. } => {
                "use sslmode=disable with a server on this machine, or PERF_HARNESS_POSTGRES=local".to_owned()
            }
            Self::Cluster { .. } => {
                "see the cause; PERF_HARNESS_POSTGRES=<a postgres:// URL> uses a server of yours instead"
                    .to_owned()
            }
            Self::MayNotCreateDatabase { role, .. } => format!(
                "let it: ALTER ROLE \"{role}\" CREATEDB;\nor use a private server: PERF_HARNESS_POSTGRES=local"
            ),
            Self::Database { .. } | Self::System { .. } => "see the cause; then run the test again".to_owned(),
            Self::Template { template, .. } => {
                format!("correct `{template}`: it migrates and seeds the database that every test gets a copy of")
            }
            Self::NothingRecorded { url, connected, .. } => nothing_recorded(url, *connected),
            Self::Undecoded { .. } => {
                "say so in an issue, with the driver and its version: the recorder should know every message"
                    .to_owned()
            }
            of_plans => of_plans.hint_about_plans(),
        }
    }

    /// The same for what keeps plans from being judged.
    fn hint_about_plans(&self) -> String {
        match self {
            Self::NoSuch { what, name, known } => no_such(what, name, known),
            Self::Ambiguous { candidates, .. } => format!("say which one: \"{}\"", candidates[0]),
            Self::NothingToScale { table, .. } => format!(
                "have the template seed `{table}`: a few hundred rows like production's are enough, and none is not"
            ),
            Self::NotRead { read, .. } if read.is_empty() => {
                "the queries recorded read no table at all".to_owned()
            }
            Self::NotRead { read, .. } => format!("those that are read: {}", read.join(", ")),
            Self::NothingOrdered => "name a recording whose queries are ordered, or leave the assertion out".to_owned(),
            Self::Unexplained { ran_only: true, .. } => {
                "have the server tell what came of it when it runs: #[perf_test(plans)]\n\
                 or choose other queries: recording.of_kind(Kind::Select), recording.on_table(\"..\")"
                    .to_owned()
            }
            Self::Unexplained { .. } => {
                "choose the queries that have one: recording.of_kind(Kind::Select), recording.on_table(\"..\")".to_owned()
            }
            Self::Scale { .. } => "for instance 1_000..=10_000_000".to_owned(),
            Self::NothingGrows => "name a recording whose queries read tables".to_owned(),
            Self::NothingPlanned => {
                "the server refused them, or they are of a kind without one: see recording.queries()".to_owned()
            }
            Self::Unasked { .. } => {
                "record less at once, or choose some: recording.choose(|query| ..)\n\
                 or, where no table is taken for larger, have the server tell of each as it runs: #[perf_test(plans)]".to_owned()
            }
            Self::MayNotScale { .. } => {
                "use a private server, where the role may: PERF_HARNESS_POSTGRES=local or =download\n\
                 or PostgreSQL 18, where the owner of a table may"
                    .to_owned()
            }
            Self::Statistics { .. } => {
                "make it of production's database by pg_dump --statistics-only --no-owner, of PostgreSQL 18 or newer".to_owned()
            }
            Self::PlansLocked => {
                "commit or roll back what changes tables before the plans are asked for: an assertion about plans asks".to_owned()
            }
            other => unreachable!("`hint` has one for it: {other}"),
        }
    }
}

/// The name that was probably meant, or those that there are.
fn no_such(what: &str, name: &str, known: &[String]) -> String {
    const MOST: usize = 8;
    let last = |full: &'_ str| full.rsplit('.').next().unwrap_or_default().to_owned();
    let lasts: Vec<String> = known.iter().map(|full| last(full)).collect();
    let asked = last(name);
    if let Some(near) = nearest(&asked, lasts.iter().map(String::as_str)) {
        let at = lasts
            .iter()
            .position(|last| last == near)
            .unwrap_or_default();
        return format!("did you mean `{}`?", known[at]);
    }
    match known.len() {
        0 => format!("there is no {what} at all: does the test's template make them?"),
        count if count > MOST => {
            format!("there are {count}, among them {}", known[..MOST].join(", "))
        }
        _ => format!("there are {}", known.join(", ")),
    }
}

const NO_POSTGRES: &str = "\
Debian, Ubuntu: sudo apt-get install postgresql
macOS:          brew install postgresql@17
Fedora:         sudo dnf install postgresql-server
elsewhere:      PERF_HARNESS_POSTGRES=local:/directory/of/initdb
Docker:         start it; with the feature `docker`: PERF_HARNESS_POSTGRES=docker
a download:     PERF_HARNESS_POSTGRES=download, with npm, curl or wget in PATH
a server of yours: PERF_HARNESS_POSTGRES=postgres://user:password@localhost:5432/postgres";

fn extension_missing(extension: &str, major: u32) -> String {
    let (package, image) = match extension {
        "vector" => (
            format!("postgresql-{major}-pgvector"),
            format!("pgvector/pgvector:pg{major}"),
        ),
        "postgis" | "postgis_raster" | "postgis_topology" | "postgis_tiger_geocoder" => (
            format!("postgresql-{major}-postgis-3"),
            format!("postgis/postgis:{major}-3.5"),
        ),
        contrib if CONTRIB.contains(&contrib) => {
            ("postgresql-contrib".to_owned(), format!("postgres:{major}"))
        }
        // The usual name.
        other => (
            format!("postgresql-{major}-{}", other.replace('_', "-")),
            "<an image that has it>".to_owned(),
        ),
    };
    format!(
        "Debian, Ubuntu: sudo apt-get install {package}\n\
         Docker:         PERF_HARNESS_POSTGRES=docker:{image}"
    )
}

/// PostgreSQL documentation, "Additional Supplied Modules and Extensions".
const CONTRIB: [&str; 22] = [
    "amcheck",
    "bloom",
    "btree_gin",
    "btree_gist",
    "citext",
    "cube",
    "dblink",
    "earthdistance",
    "fuzzystrmatch",
    "hstore",
    "intarray",
    "isn",
    "ltree",
    "pg_stat_statements",
    "pg_trgm",
    "pgcrypto",
    "pgstattuple",
    "postgres_fdw",
    "tablefunc",
    "tsm_system_rows",
    "unaccent",
    "uuid-ossp",
];

fn nothing_chosen(tables: &[(String, usize)]) -> String {
    let none = "or say that none is meant: assert_queries!(.., 0)";
    let tables = tables
        .iter()
        .map(|(table, count)| format!("{table} ({count})"));
    let tables = tables.collect::<Vec<_>>().join(", ");
    if tables.is_empty() {
        return format!("what was recorded names no table\n{none}");
    }
    format!("choose among what was recorded: {tables}\n{none}")
}

fn nothing_recorded(url: &str, connected: bool) -> String {
    let why = if connected {
        "a connection was open but carried no query: is the work awaited inside the recording?"
    } else {
        "the work did not connect to the recorded URL"
    };
    format!(
        "{why}\npoint the service at it: db.url() ({url}), db.pool() or db.connection()\n\
         or, if no query is meant: assert_queries!(recording, 0)"
    )
}
