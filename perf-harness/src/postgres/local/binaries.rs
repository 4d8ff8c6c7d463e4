//! The Postgres binaries of this machine: where they are and how new.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::SetupError;
use crate::postgres::supported;

/// A directory with `postgres`, `initdb` and `pg_ctl` of one version.
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
    newest(&[
        (
            "PATH".to_owned(),
            path.iter().filter_map(|place| resolved(place)).collect(),
        ),
        (
            "pg_config --bindir".to_owned(),
            pg_config(path).into_iter().collect(),
        ),
        versioned("/usr/lib/postgresql", "", "bin"),
        // Homebrew keeps numbered versions out of PATH.
        versioned("/opt/homebrew/opt", "postgresql@", "bin"),
        versioned("/usr/local/opt", "postgresql@", "bin"),
    ])
}

/// The binaries of one directory.
pub(super) fn find_in(directory: &Path) -> Result<Binaries, SetupError> {
    // Its programs are run from elsewhere.
    let absolute = directory.canonicalize().into_iter().collect();
    newest(&[(directory.display().to_string(), absolute)])
}

/// Picks from the places that were looked in, each with the directories found there.
fn newest(places: &[(String, Vec<PathBuf>)]) -> Result<Binaries, SetupError> {
    let directories = places.iter().flat_map(|(_, found)| found);
    let found = directories.filter_map(|directory| inspect(directory));
    let Some(newest) = found.max_by_key(|binaries| binaries.version) else {
        return Err(SetupError::PostgresNotFound {
            looked_in: places.iter().map(|(place, _)| place.clone()).collect(),
        });
    };
    supported(newest.version, &newest.directory.display().to_string())?;
    Ok(newest)
}

/// The directory where the `postgres` of this place really is: links in PATH point elsewhere.
fn resolved(place: &Path) -> Option<PathBuf> {
    let program = place.join("postgres").canonicalize().ok()?;
    program.parent().map(Path::to_owned)
}

fn pg_config(path: &[PathBuf]) -> Option<PathBuf> {
    let program = path
        .iter()
        .map(|place| place.join("pg_config"))
        .find(|file| file.is_file())?;
    let output = Command::new(program).arg("--bindir").output().ok()?;
    let directory = String::from_utf8(output.stdout).ok()?;
    Some(PathBuf::from(directory.trim()))
}

/// `<root>/<prefix><version>/<below>` for every version that is there.
fn versioned(root: &str, prefix: &str, below: &str) -> (String, Vec<PathBuf>) {
    let entries = std::fs::read_dir(root).into_iter().flatten().flatten();
    let versions = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix));
    let found = versions.map(|version| version.path().join(below)).collect();
    (format!("{root}/{prefix}*/{below}"), found)
}

/// A directory counts only if the server and the programs to start it are there.
fn inspect(directory: &Path) -> Option<Binaries> {
    let complete = ["postgres", "initdb", "pg_ctl"]
        .iter()
        .all(|name| directory.join(name).is_file());
    if !complete {
        return None;
    }
    let output = Command::new(directory.join("postgres"))
        .arg("--version")
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
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
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// A directory with programs that only say their version.
    fn fake(root: &Path, version: &str) -> PathBuf {
        let directory = root.join(version);
        std::fs::create_dir_all(&directory).unwrap();
        for name in ["postgres", "initdb", "pg_ctl"] {
            let file = directory.join(name);
            std::fs::write(
                &file,
                format!("#!/bin/sh\necho '{name} (PostgreSQL) {version}'\n"),
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
    fn the_newest_of_all_places_is_taken() {
        let root = temporary("newest");
        let old = fake(&root, "14.3");
        let new = fake(&root, "17.1");
        let found = newest(&[
            ("a".to_owned(), vec![new.clone()]),
            ("b".to_owned(), vec![old]),
        ])
        .unwrap();
        assert_eq!((found.directory, found.version), (new, 170_001));
        std::fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn only_old_ones_are_named_and_refused() {
        let root = temporary("old");
        let old = fake(&root, "13.9");
        let error = newest(&[("a".to_owned(), vec![old])]).unwrap_err();
        assert!(error.to_string().contains("PostgreSQL 13.9"), "{error}");
        std::fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn none_at_all_says_where_it_looked() {
        let error = newest(&[
            ("PATH".to_owned(), vec![]),
            ("elsewhere".to_owned(), vec![]),
        ])
        .unwrap_err();
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
