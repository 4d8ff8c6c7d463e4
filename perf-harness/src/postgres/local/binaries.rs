//! The Postgres binaries of this machine: where they are and how new.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::programs::Programs;
use crate::config;
use crate::error::SetupError;
use crate::postgres::supported;

/// A directory with `postgres` and `initdb` of one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::postgres) struct Binaries {
    pub(in crate::postgres) directory: PathBuf,
    /// As `server_version_num`: 150018 is 15.18.
    pub(in crate::postgres) version: u32,
    pub(in crate::postgres) version_text: String,
}

impl Binaries {
    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }
}

/// The newest binaries among `PATH`, `pg_config --bindir` and where distributions put them.
pub(super) fn find(path: &[PathBuf]) -> Result<Binaries, SetupError> {
    let programs = programs();
    let mut places = vec![
        (
            "PATH".to_owned(),
            path.iter().filter_map(|place| resolved(place)).collect(),
        ),
        (
            "pg_config --bindir".to_owned(),
            pg_config(path, &programs).into_iter().collect(),
        ),
        versioned("/usr/lib/postgresql", "", "bin"),
        versioned("/usr", "pgsql-", "bin"),
        versioned("/Applications/Postgres.app/Contents/Versions", "", "bin"),
        // Homebrew keeps numbered versions out of PATH.
        versioned("/opt/homebrew/opt", "postgresql", "bin"),
        versioned("/usr/local/opt", "postgresql", "bin"),
    ];
    if let Some(home) = config::home() {
        let pgrx = home.join(".pgrx");
        places.push(versioned(
            &pgrx.display().to_string(),
            "",
            "pgrx-install/bin",
        ));
    }
    if let Some(home) = closed_home() {
        for (_, found) in &mut places {
            found.retain(|place| !is_below(place, &home));
        }
    }
    newest(&places, &programs)
}

/// Root's home, if the other user who runs the server for it cannot pass through.
fn closed_home() -> Option<PathBuf> {
    let home = config::home().filter(|_| rustix::process::geteuid().is_root())?;
    let mode = home.metadata().ok()?.permissions().mode();
    (mode & 0o001 == 0).then_some(home)
}

fn is_below(place: &Path, home: &Path) -> bool {
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    real(place).starts_with(real(home))
}

/// The binaries of one directory.
pub(super) fn find_in(directory: &Path) -> Result<Binaries, SetupError> {
    newest(
        &[(directory.display().to_string(), vec![directory.to_owned()])],
        &programs(),
    )
}

fn programs() -> Programs {
    let cache = config::config()
        .ok()
        .and_then(|config| config.cache.as_deref());
    Programs::remembered_in(cache)
}

/// Picks from the places that were looked in, each with the directories found there. Of one version in two places
/// it is the one that was looked in first.
fn newest(places: &[(String, Vec<PathBuf>)], programs: &Programs) -> Result<Binaries, SetupError> {
    let mut newest: Option<Binaries> = None;
    for directory in directories(places) {
        if let Some(found) = inspect(&directory, programs)
            && newest
                .as_ref()
                .is_none_or(|newest| found.version > newest.version)
        {
            newest = Some(found);
        }
    }
    let Some(newest) = newest else {
        return Err(SetupError::PostgresNotFound {
            looked_in: places.iter().map(|(place, _)| place.clone()).collect(),
        });
    };
    supported(newest.version, &newest.directory.display().to_string())?;
    Ok(newest)
}

/// Each directory that is there once, by its own name: the programs are run from elsewhere, and links change.
fn directories(places: &[(String, Vec<PathBuf>)]) -> Vec<PathBuf> {
    let mut directories = Vec::new();
    for found in places.iter().flat_map(|(_, found)| found) {
        if let Ok(directory) = found.canonicalize()
            && !directories.contains(&directory)
        {
            directories.push(directory);
        }
    }
    directories
}

/// The directory where the `postgres` of this place really is: links in PATH point elsewhere.
fn resolved(place: &Path) -> Option<PathBuf> {
    let program = place.join("postgres").canonicalize().ok()?;
    program.parent().map(Path::to_owned)
}

fn pg_config(path: &[PathBuf], programs: &Programs) -> Option<PathBuf> {
    let program = path
        .iter()
        .map(|place| place.join("pg_config"))
        .find(|file| file.is_file())?;
    let directory = programs.ask(&program, "--bindir")?;
    Some(PathBuf::from(directory.trim()))
}

/// `<root>/<prefix><version>/<below>` for every version that is there.
fn versioned(root: &str, prefix: &str, below: &str) -> (String, Vec<PathBuf>) {
    let entries = std::fs::read_dir(root).into_iter().flatten().flatten();
    let versions = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix));
    let found = versions.map(|version| version.path().join(below)).collect();
    (format!("{root}/{prefix}*/{below}"), found)
}

/// A directory counts only if the server and the programs to start it are there, and the server can be run.
fn inspect(directory: &Path, programs: &Programs) -> Option<Binaries> {
    let complete = ["postgres", "initdb"]
        .iter()
        .all(|name| directory.join(name).is_file());
    if !complete {
        return None;
    }
    let text = programs.ask(&directory.join("postgres"), "--version")?;
    let (version, version_text) = version(&text)?;
    Some(Binaries {
        directory: directory.to_owned(),
        version,
        version_text,
    })
}

/// Reads `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`; a beta has no minor number.
fn version(text: &str) -> Option<(u32, String)> {
    let word = text
        .split_whitespace()
        .find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    let mut numbers = word.split(|c: char| !c.is_ascii_digit());
    let major: u32 = numbers.next()?.parse().ok()?;
    let minor: u32 = if word.contains('.') {
        numbers.next()?.parse().ok()?
    } else {
        0
    };
    Some((major * 10_000 + minor, word.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A directory with programs that only say their version.
    fn fake(root: &Path, version: &str) -> PathBuf {
        fake_that_ends_with(root, version, 0)
    }

    fn fake_that_ends_with(root: &Path, version: &str, code: i32) -> PathBuf {
        let directory = root.join(version);
        std::fs::create_dir_all(&directory).unwrap();
        for name in ["postgres", "initdb"] {
            let file = directory.join(name);
            std::fs::write(
                &file,
                format!("#!/bin/sh\necho '{name} (PostgreSQL) {version}'\nexit {code}\n"),
            )
            .unwrap();
            std::fs::set_permissions(&file, PermissionsExt::from_mode(0o755)).unwrap();
        }
        directory
    }

    fn temporary(name: &str) -> PathBuf {
        let directory = std::env::temp_dir().join(format!("ph-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        directory
    }

    #[test]
    fn the_newest_of_all_places_that_works_is_taken() {
        let root = temporary("newest");
        let old = fake(&root, "14.3");
        let new = fake(&root, "17.1");
        let broken = fake_that_ends_with(&root, "18.1", 127);
        let places = [
            ("a".to_owned(), vec![broken, new.clone()]),
            ("b".to_owned(), vec![old]),
        ];
        let found = newest(&places, &forgetful()).unwrap();
        assert_eq!((found.directory, found.version), (new, 170_001));
        std::fs::remove_dir_all(root).unwrap();
    }

    fn forgetful() -> Programs {
        Programs::remembered_in(None)
    }

    #[test]
    fn every_version_below_a_place_is_looked_at_and_a_link_to_one_counts_once() {
        let root = temporary("versioned");
        for version in ["16", "17"] {
            let directory = fake(&root.join(version), "bin");
            assert!(directory.is_dir());
        }
        std::os::unix::fs::symlink(root.join("17"), root.join("latest")).unwrap();
        let place = versioned(root.to_str().unwrap(), "", "bin");
        assert_eq!(place.1.len(), 3);
        assert_eq!(directories(&[place]).len(), 2);
        std::fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn a_place_below_a_home_is_found_through_links() {
        let root = temporary("below");
        let inside = fake(&root.join("home/.pgrx/18.1"), "bin");
        std::os::unix::fs::symlink(&inside, root.join("link")).unwrap();
        assert!(is_below(&root.join("link"), &root.join("home")));
        assert!(!is_below(&root.join("homework"), &root.join("home")));
        std::fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn only_old_ones_are_named_and_refused() {
        let root = temporary("old");
        let old = fake(&root, "13.9");
        let error = newest(&[("a".to_owned(), vec![old])], &forgetful()).unwrap_err();
        assert!(error.to_string().contains("PostgreSQL 13.9"), "{error}");
        std::fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn none_at_all_says_where_it_looked() {
        let places = ["PATH", "elsewhere"].map(|place| (place.to_owned(), vec![]));
        let error = newest(&places, &forgetful()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "no PostgreSQL server binaries were found; looked in PATH, elsewhere"
        );
    }

    #[test]
    fn versions_are_read_as_each_release_prints_them() {
        let check = |text, number| assert_eq!(version(text).map(|found| found.0), number, "{text}");
        check(
            "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n",
            Some(150_018),
        );
        check("postgres (PostgreSQL) 19beta2", Some(190_000));
        check("postgres (PostgreSQL) 18rc1", Some(180_000));
        check("postgres", None);
    }
}
