//! What the figures depend on and nobody can see in them: when, where, by which versions.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use super::contest::Sizes;
use super::options::Options;
use super::service::gunicorn_words;
use crate::workspace;

/// What the run knows beside the machine.
pub(super) struct Told<'a> {
    pub(super) root: &'a Path,
    pub(super) options: &'a Options,
    pub(super) words: &'a [String],
    pub(super) python: Option<&'a Path>,
    pub(super) server: &'a str,
    pub(super) load_before: &'a str,
}

/// The header of the report.
pub(super) fn header(told: &Told<'_>) -> String {
    let mut header = String::new();
    let mut line = |name: &str, value: &str| {
        writeln!(header, "- {name}: {value}").expect("a String takes every write");
    };
    line("date", &output("date", &["-u", "+%Y-%m-%d %H:%M UTC"]));
    line(
        "command",
        &["cargo xtask load", &told.words.join(" ")]
            .join(" ")
            .trim_end()
            .replace("  ", " "),
    );
    line("machine", &machine());
    line("load average before", told.load_before);
    // Why it is this one, in brackets, is not of the measurement.
    line("server", told.server.split(" (").next().unwrap_or_default());
    line("Rust", &rust(told));
    line("Django", &django(told.python));
    line("content", &content(told.options.sizes()));
    header
}

/// Of the last minute, five and fifteen.
pub(super) fn load_average() -> String {
    let read = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let words: Vec<&str> = read.split(' ').take(3).collect();
    if words.len() < 3 {
        return "unknown".to_owned();
    }
    words.join(" ")
}

/// How many processors this process may use.
pub(super) fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn machine() -> String {
    let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let memory =
        gigabytes(&memory).map_or_else(String::new, |size| format!(", {size:.0} GB of memory"));
    let kernel = output("uname", &["-sr"]);
    let model = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = model_name(&model).map_or_else(String::new, |name| format!(" ({name})"));
    format!("{} processors{model}{memory}, {kernel}", processors())
}

fn gigabytes(meminfo: &str) -> Option<f64> {
    let line = meminfo
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kilobytes: u32 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(f64::from(kilobytes) / 1024.0 / 1024.0)
}

fn model_name(cpuinfo: &str) -> Option<&str> {
    let line = cpuinfo
        .lines()
        .find(|line| line.starts_with("model name"))?;
    line.split_once(": ").map(|(_, name)| name.trim())
}

fn rust(told: &Told<'_>) -> String {
    let build = if told.options.is_quick {
        "debug"
    } else {
        "release"
    };
    let compiler = output("rustc", &["--version"]);
    let lock = told.root.join("example-service/load/Cargo.lock");
    let lock = fs::read_to_string(lock).unwrap_or_default();
    let goose = locked(&lock, "goose").unwrap_or("of an unknown version");
    format!("{compiler}, {build} build, a pool of 10 connections; load by goose {goose}")
}

/// The version of a package in a `Cargo.lock`.
fn locked<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let (_, rest) = lock.split_once(&format!("name = \"{package}\"\nversion = \""))?;
    rest.split('"').next()
}

fn django(python: Option<&Path>) -> String {
    let Some(python) = python else {
        return "not here".to_owned();
    };
    let script = "import sys\nfrom importlib.metadata import version\n\
        names = ['django', 'djangorestframework', 'psycopg', 'gunicorn']\n\
        print('Python', sys.version.split()[0], *(f'{name} {version(name)}' for name in names), sep=', ')";
    let versions =
        output(&python.to_string_lossy(), &["-c", script]).replacen("Python, ", "Python ", 1);
    format!("{versions}; `gunicorn {}`", gunicorn_words().join(" "))
}

fn content(sizes: Sizes) -> String {
    let Sizes {
        users,
        articles,
        items,
        projects,
    } = sizes;
    format!(
        "{users} users, {articles} articles, {items} items, {projects} projects with {} files",
        projects * 120
    )
}

fn output(program: &str, words: &[&str]) -> String {
    let program = if program == "rustc" {
        compiler()
    } else {
        program.to_owned()
    };
    let told = Command::new(program).args(words).output();
    let told = told.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    told.unwrap_or_else(|_| "unknown".to_owned())
}

/// The one beside this command's cargo.
fn compiler() -> String {
    let beside = Path::new(&workspace::cargo()).with_file_name("rustc");
    if beside.is_file() {
        return beside.to_string_lossy().into_owned();
    }
    "rustc".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_tells_is_read() {
        assert_eq!(
            gigabytes("MemTotal:       25165824 kB\nMemFree: 1 kB\n"),
            Some(24.0)
        );
        assert_eq!(gigabytes(""), None);
        assert_eq!(
            model_name("processor : 0\nmodel name\t: A CPU @ 2 GHz\n"),
            Some("A CPU @ 2 GHz")
        );
    }

    #[test]
    fn a_version_is_that_of_the_lock_file() {
        let lock = "[[package]]\nname = \"goose\"\nversion = \"0.19.0\"\nsource = \"x\"\n";
        assert_eq!(locked(lock, "goose"), Some("0.19.0"));
        assert_eq!(locked(lock, "geese"), None);
    }
}
