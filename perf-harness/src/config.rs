//! The only reader of the environment. Everything else is given what it needs.

mod baseline;
mod budgets;
mod choice;
mod history;
mod latency;

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;

use crate::error::SetupError;
use choice::{choice, image};

pub(crate) use baseline::{BASELINE_FILE, baseline};
pub(crate) use budgets::{budgets, budgets_in};
pub(crate) use choice::Choice;
pub(crate) use history::{History, history, nextest_run, profile, run_name};
pub(crate) use latency::undecided_fails;

const POSTGRES: &str = "PERF_HARNESS_POSTGRES";
const PARAMETERS: &str = "PERF_HARNESS_PARAMETERS";
const IDLE: &str = "PERF_HARNESS_POSTGRES_IDLE_S";
const KEEP_FAILED: &str = "PERF_HARNESS_KEEP_FAILED";
const TEMPLATE_TIMEOUT: &str = "PERF_HARNESS_TEMPLATE_TIMEOUT_S";
const CACHE: &str = "PERF_HARNESS_CACHE_DIR";
const CLUSTERS: &str = "PERF_HARNESS_POSTGRES_DIR";
const DOCKER_IMAGE: &str = "PERF_HARNESS_DOCKER_IMAGE";
const BASELINE: &str = "PERF_HARNESS_BASELINE";
const BUDGETS: &str = "PERF_HARNESS_BUDGETS";
const INDEXES: &str = "PERF_HARNESS_INDEXES";
const HISTORY: &str = "PERF_HARNESS_HISTORY";
const RUN: &str = "PERF_HARNESS_RUN";
const DOCKER_HOST: &str = "DOCKER_HOST";
const DOCKER_TLS: &str = "DOCKER_TLS_VERIFY";

/// What the environment says.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    pub(crate) postgres: Choice,
    pub(crate) parameters: Parameters,
    /// How long a private cluster outlives its last user.
    pub(crate) idle: Duration,
    /// How many databases of failed tests are kept.
    pub(crate) keep_failed: usize,
    /// How long a template may take.
    pub(crate) template_timeout: Duration,
    /// Where downloads and prepared clusters are kept. `None` where there is no home.
    pub(crate) cache: Option<PathBuf>,
    /// Was that said, rather than found?
    pub(crate) cache_named: bool,
    /// Where private clusters live, in place of `/dev/shm` or the temporary directory.
    pub(crate) clusters: Option<PathBuf>,
    /// The file of known findings, if one was named: from the workspace's root.
    pub(crate) baseline: Option<PathBuf>,
    /// The file of budgets, if one was named: from the workspace's root.
    pub(crate) budgets: Option<PathBuf>,
    /// Where tests write which indexes they use, if they are to: from the workspace's root.
    pub(crate) indexes: Option<PathBuf>,
    /// Where the history is kept: a path from the workspace's root.
    pub(crate) history: History,
    /// What the run is called, if it was said.
    pub(crate) run: Option<String>,
    #[cfg_attr(
        not(any(feature = "docker", test)),
        expect(dead_code, reason = "for the provider")
    )]
    /// The image of a container where the choice names none.
    pub(crate) image: Option<String>,
    #[cfg_attr(
        not(feature = "docker"),
        expect(dead_code, reason = "for the provider")
    )]
    pub(crate) docker: DockerEngine,
}

/// Where a Docker engine may be, as testcontainers will look for it: what is told here must be what it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DockerEngine {
    /// `DOCKER_HOST`.
    pub(crate) host: Option<String>,
    /// `DOCKER_TLS_VERIFY`.
    pub(crate) tls: bool,
    /// Otherwise the first of these sockets that is there.
    pub(crate) sockets: Vec<PathBuf>,
}

/// Whether values are shown in what is written to disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Parameters {
    Mask,
    Show,
}

/// The configuration of this process.
pub(crate) fn config() -> Result<&'static Config, SetupError> {
    static CONFIG: OnceLock<Result<Config, SetupError>> = OnceLock::new();
    CONFIG
        .get_or_init(|| read(|name| std::env::var(name).ok()))
        .as_ref()
        .map_err(Clone::clone)
}

/// The directories of `PATH`.
pub(crate) fn path() -> Vec<PathBuf> {
    let path: OsString = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).collect()
}

/// What a server and the programs that make it are told of the environment. The last two are how some systems find
/// libraries and locales.
pub(crate) const PASSED_ON: [&str; 5] = [
    "PATH",
    "HOME",
    "TMPDIR",
    "LD_LIBRARY_PATH",
    "LOCALE_ARCHIVE",
];

/// The same with its values.
pub(crate) fn passed_on() -> impl Iterator<Item = (&'static str, OsString)> {
    PASSED_ON
        .into_iter()
        .filter_map(|name| Some((name, std::env::var_os(name)?)))
}

/// The Python environment that is switched on.
pub(crate) fn virtual_env() -> Option<PathBuf> {
    std::env::var_os("VIRTUAL_ENV").map(PathBuf::from)
}

/// Where temporary files go.
pub(crate) fn temporary_directory() -> PathBuf {
    std::env::temp_dir()
}

/// The user's own directory.
pub(crate) fn home() -> Option<PathBuf> {
    std::env::var_os("HOME")
        .filter(|home| !home.is_empty())
        .map(PathBuf::from)
}

/// The running test program.
pub(crate) fn executable() -> Option<PathBuf> {
    std::env::current_exe().ok()
}

/// Where the workspace of the package is that cargo or nextest runs a program of: the nearest directory above it with a
/// `Cargo.lock`.
pub(crate) fn workspace() -> Option<PathBuf> {
    let package = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR")?);
    let mut above = package.ancestors();
    let found = above.find(|directory| directory.join("Cargo.lock").is_file());
    Some(found.unwrap_or(&package).to_owned())
}

/// The directory of the package that cargo or nextest runs a program of.
pub(crate) fn package_directory() -> Option<PathBuf> {
    std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from)
}

/// Where tests write which indexes they use, if they are to.
pub(crate) fn indexes() -> Result<Option<PathBuf>, SetupError> {
    let named = config()?.indexes.as_deref();
    Ok(named.map(|named| workspace().unwrap_or_default().join(named)))
}

/// The cargo that runs this program, or the one in `PATH`.
pub(crate) fn cargo() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// The package that cargo or nextest runs a program of.
pub(crate) fn package() -> Option<String> {
    std::env::var("CARGO_PKG_NAME").ok()
}

/// The test's name where nextest runs it, a process each.
pub(crate) fn nextest_test_name() -> Option<String> {
    std::env::var("NEXTEST_TEST_NAME").ok()
}

/// Does the runner start a process for each test, as nextest does?
pub(crate) fn is_process_per_test() -> bool {
    std::env::var("NEXTEST_EXECUTION_MODE").is_ok_and(|mode| mode == "process-per-test")
}

fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Config, SetupError> {
    let value = |name| variable(name).filter(|value| !value.trim().is_empty());
    Ok(Config {
        postgres: value(POSTGRES).map_or(Ok(Choice::Auto), |value| choice(&value))?,
        parameters: value(PARAMETERS).map_or(Ok(Parameters::Mask), |value| parameters(&value))?,
        idle: value(IDLE).map_or(Ok(Duration::from_mins(5)), |value| seconds(IDLE, &value))?,
        keep_failed: value(KEEP_FAILED).map_or(Ok(10), |value| keep_failed(&value))?,
        template_timeout: value(TEMPLATE_TIMEOUT).map_or(Ok(Duration::from_mins(10)), |value| {
            seconds(TEMPLATE_TIMEOUT, &value)
        })?,
        cache: cache(&value),
        cache_named: value(CACHE).is_some(),
        clusters: value(CLUSTERS).map(|value| clusters(&value)).transpose()?,
        baseline: value(BASELINE).map(PathBuf::from),
        budgets: value(BUDGETS).map(PathBuf::from),
        indexes: value(INDEXES).map(PathBuf::from),
        history: value(HISTORY).map_or(History::Usual, |value| history::of(&value)),
        run: value(RUN)
            .map(|value| history::name(RUN, &value))
            .transpose()?,
        image: value(DOCKER_IMAGE)
            .map(|value| image(DOCKER_IMAGE, "", &value))
            .transpose()?,
        docker: docker_engine(variable),
    })
}

fn parameters(value: &str) -> Result<Parameters, SetupError> {
    match value {
        "mask" => Ok(Parameters::Mask),
        "show" => Ok(Parameters::Show),
        other => Err(setting(PARAMETERS, other, "`mask` or `show`".to_owned())),
    }
}

fn seconds(variable: &'static str, value: &str) -> Result<Duration, SetupError> {
    match value.parse::<u32>() {
        Ok(seconds @ 1..=86_400) => Ok(Duration::from_secs(seconds.into())),
        _ => Err(setting(
            variable,
            value,
            "a number of seconds from 1 to 86400".to_owned(),
        )),
    }
}

fn keep_failed(value: &str) -> Result<usize, SetupError> {
    match value.parse() {
        Ok(number @ 0..=1_000) => Ok(number),
        _ => Err(setting(
            KEEP_FAILED,
            value,
            "a number of databases from 0 to 1000".to_owned(),
        )),
    }
}

/// The place that was named, or where the system keeps what can be made again: the XDG base directory
/// specification, and `~/Library/Caches` on macOS.
fn cache(value: &impl Fn(&'static str) -> Option<String>) -> Option<PathBuf> {
    if let Some(named) = value(CACHE) {
        return Some(PathBuf::from(named));
    }
    let below_home = |path: &str| value("HOME").map(|home| PathBuf::from(home).join(path));
    let caches = if cfg!(target_os = "macos") {
        below_home("Library/Caches")
    } else {
        value("XDG_CACHE_HOME")
            .map(PathBuf::from)
            .or_else(|| below_home(".cache"))
    };
    caches.map(|caches| caches.join("perf-harness"))
}

/// A socket's path can have 103 bytes, and a cluster's adds 80 to this one.
fn clusters(value: &str) -> Result<PathBuf, SetupError> {
    const LONGEST: usize = 23;
    let path = PathBuf::from(value);
    if path.is_absolute() && value.len() <= LONGEST {
        return Ok(path);
    }
    let expected = format!(
        "an absolute path of at most {LONGEST} bytes, for a socket's path must fit below it"
    );
    Err(setting(CLUSTERS, value, expected))
}

fn docker_engine(variable: impl Fn(&str) -> Option<String>) -> DockerEngine {
    let below = |name: &str, path: &str| variable(name).map(|home| PathBuf::from(home).join(path));
    let sockets = [
        Some(PathBuf::from("/var/run/docker.sock")),
        below("XDG_RUNTIME_DIR", ".docker/run/docker.sock"),
        below("HOME", ".docker/run/docker.sock"),
        below("HOME", ".docker/desktop/docker.sock"),
    ];
    DockerEngine {
        host: variable(DOCKER_HOST),
        tls: variable(DOCKER_TLS).is_some_and(|value| value == "1"),
        sockets: sockets.into_iter().flatten().collect(),
    }
}

fn setting(variable: &'static str, value: &str, expected: String) -> SetupError {
    SetupError::Setting {
        variable,
        value: value.to_owned(),
        expected,
    }
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::choice::KNOWN;
    use super::*;

    fn with(name: &str, value: &str) -> Result<Config, SetupError> {
        read(|asked| (asked == name).then(|| value.to_owned()))
    }

    fn check_refused(name: &str, value: &str, expected: &str) {
        let error = with(name, value).expect_err(value);
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn nothing_set_means_the_defaults() {
        let config = read(|_| None).unwrap();
        assert_eq!(config.postgres, Choice::Auto);
        assert_eq!(config.parameters, Parameters::Mask);
        assert_eq!(config.idle, Duration::from_mins(5));
        assert_eq!(with(POSTGRES, " ").unwrap().postgres, Choice::Auto);
    }

    #[test]
    fn each_choice_is_read() {
        assert_eq!(
            with(POSTGRES, "local").unwrap().postgres,
            Choice::Local { directory: None }
        );
        let directory = Some(PathBuf::from("/opt/pg/bin"));
        assert_eq!(
            with(POSTGRES, "local:/opt/pg/bin").unwrap().postgres,
            Choice::Local { directory }
        );
        let url = "postgresql://me@localhost/app";
        let expected = Choice::Url(Url::parse(url).unwrap());
        assert_eq!(with(POSTGRES, url).unwrap().postgres, expected);
        assert_eq!(
            with(PARAMETERS, "show").unwrap().parameters,
            Parameters::Show
        );
        let image = Some("registry.example:5000/postgres:16".to_owned());
        assert_eq!(
            with(POSTGRES, "docker:registry.example:5000/postgres:16")
                .unwrap()
                .postgres,
            Choice::Docker { image }
        );
        let image = with(DOCKER_IMAGE, "registry.example/postgres:18.4");
        assert_eq!(
            image.unwrap().image.as_deref(),
            Some("registry.example/postgres:18.4")
        );
        assert_eq!(with(IDLE, "5").unwrap().idle, Duration::from_secs(5));
    }

    #[test]
    fn the_cache_is_where_it_was_named_or_below_the_home() {
        let named = with(CACHE, "/srv/cache").unwrap();
        let expected = Some(PathBuf::from("/srv/cache"));
        assert_eq!((named.cache, named.cache_named), (expected, true));
        let home = with("HOME", "/srv/me").unwrap();
        assert!(home.cache.unwrap().starts_with("/srv/me") && !home.cache_named);
        assert_eq!(read(|_| None).unwrap().cache, None);
    }

    #[test]
    fn where_indexes_are_written_is_said_or_nowhere() {
        assert_eq!(read(|_| None).unwrap().indexes, None);
        let named = with(INDEXES, "target/indexes").unwrap();
        assert_eq!(named.indexes, Some(PathBuf::from("target/indexes")));
    }

    #[test]
    fn what_means_nothing_is_refused_with_the_value_and_what_is_known() {
        check_refused(
            POSTGRES,
            "locla",
            &format!("PERF_HARNESS_POSTGRES is `locla`, which is not {KNOWN}"),
        );
        check_refused(
            POSTGRES,
            "download:newest",
            "PERF_HARNESS_POSTGRES is `download:newest`, which is not `download:MAJOR`, for instance `download:17`",
        );
        for (value, shown) in [
            ("docker:", "docker:"),
            ("docker: ", "docker:"),
            ("docker:a b", "docker:a b"),
        ] {
            check_refused(
                POSTGRES,
                value,
                &format!(
                    "PERF_HARNESS_POSTGRES is `{shown}`, which is not `docker:IMAGE`, for instance `docker:postgres:17`"
                ),
            );
        }
        check_refused(
            DOCKER_IMAGE,
            "postgres 17",
            "PERF_HARNESS_DOCKER_IMAGE is `postgres 17`, which is not the name of an image, for instance `postgres:17`",
        );
        check_refused(
            PARAMETERS,
            "yes",
            "PERF_HARNESS_PARAMETERS is `yes`, which is not `mask` or `show`",
        );
        check_refused(
            IDLE,
            "5s",
            "PERF_HARNESS_POSTGRES_IDLE_S is `5s`, which is not a number of seconds from 1 to 86400",
        );
        for value in ["clusters", "/srv/far/too/long/for/a/socket"] {
            check_refused(
                CLUSTERS,
                value,
                &format!(
                    "PERF_HARNESS_POSTGRES_DIR is `{value}`, which is not an absolute path of at most 23 bytes, for a socket's path must fit below it"
                ),
            );
        }
    }

    #[test]
    fn a_value_that_cannot_be_read_does_not_give_its_password_away() {
        for value in [
            "postgres://me:secret@host:port/",
            "Postgres://me:secret@host/app",
            "postgre://me:secret@host/app",
            "host=localhost password=secret",
            "me:secret@host",
        ] {
            let error = with(POSTGRES, value).unwrap_err();
            assert!(!error.to_string().contains("secret"), "{error}");
        }
    }
}
