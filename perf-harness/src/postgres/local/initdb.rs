//! A new data directory: a copy of a prepared one where there is one, or else made by `initdb` and prepared for the next.
//!
//! ```text
//! <cache>/prepared/                 this user's alone
//!   lock                            held by who prepares or removes one
//!   <format>-<binaries>-<version>/  data, password, complete
//!   <..>.part                       half made or half removed: never used
//! ```

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::binaries::Binaries;
use super::cluster::{Cluster, ROLE, run, step};
use super::copy::copy;
use super::owner::Owner;
use super::programs::{Stamp, hash};
use crate::error::SetupError;
use crate::postgres::private::{self, new_secret};

/// What is in a prepared cluster's directory, and how its name is made. Another number is another harness's.
const FORMAT: u32 = 1;

/// A UTF-8 locale, never `C`: it decides which index serves `LIKE 'x%'`.
const LOCALES: [&str; 3] = ["C.UTF-8", "C.utf8", "en_US.UTF-8"];

/// `md5` also takes what newer servers store in its place. Small log segments make a small copy.
const ARGUMENTS: [&str; 9] = [
    "--username",
    ROLE,
    "--auth",
    "md5",
    "--encoding",
    "UTF8",
    "--wal-segsize=4",
    "--no-sync",
    "--no-instructions",
];

/// Fills a cluster's directory: its data and the password of its superuser, for its first connection.
pub(super) fn create(
    cluster: &Cluster,
    owner: &Owner,
    binaries: &Binaries,
    cache: Option<&Path>,
) -> Result<(), SetupError> {
    let prepared = cache.and_then(|cache| Prepared::of(binaries, cache));
    if let Some(prepared) = &prepared
        && prepared.give(cluster, owner).is_some()
    {
        return Ok(());
    }
    private::write_secret(&cluster.password_file(), &new_secret()?)?;
    owner.own(&cluster.password_file())?;
    initialise(cluster, owner, binaries)?;
    if let Some(prepared) = prepared {
        // Without it the next start takes as long as this one.
        drop(prepared.keep(cluster));
    }
    Ok(())
}

fn initialise(cluster: &Cluster, owner: &Owner, binaries: &Binaries) -> Result<(), SetupError> {
    let mut refusals = String::new();
    for locale in LOCALES {
        let mut command = owner.command(&binaries.program("initdb"), cluster.directory());
        initdb(&mut command, cluster, locale);
        match run(&mut command, cluster.directory(), "created") {
            Err(error) if error.to_string().contains("locale") => refusals = error.to_string(),
            other => return other,
        }
    }
    let cause = format!("no UTF-8 locale was accepted: {refusals}");
    Err(step(cluster.directory(), "created", &cause))
}

fn initdb(command: &mut Command, cluster: &Cluster, locale: &str) {
    command.arg("--pgdata").arg(cluster.data());
    command.arg("--pwfile").arg(cluster.password_file());
    command.args(ARGUMENTS).args(["--locale", locale]);
}

/// What `initdb` made once, to be copied.
struct Prepared {
    /// Where all prepared ones are.
    place: PathBuf,
    /// Which binaries made it.
    binaries: String,
    /// Which version of them.
    version: String,
}

impl Prepared {
    /// `None` where nothing can be kept: then `initdb` runs each time.
    fn of(binaries: &Binaries, cache: &Path) -> Option<Self> {
        let place = place(cache);
        private::make_all(cache).ok()?;
        private::directory(&place, 0o700).ok()?;
        let programs = ["initdb", "postgres"].map(|name| Stamp::of(&binaries.program(name)));
        Some(Self {
            place,
            binaries: format!("{FORMAT}-{:016x}-", hash(&binaries.directory)),
            version: format!(
                "{:016x}",
                hash(&(&binaries.version_text, programs, LOCALES, ARGUMENTS))
            ),
        })
    }

    fn directory(&self) -> PathBuf {
        self.place
            .join(format!("{}{}", self.binaries, self.version))
    }

    /// Copies it to a new cluster. `None` when there is none, or none that is whole.
    fn give(&self, cluster: &Cluster, owner: &Owner) -> Option<()> {
        let whole = std::fs::read_to_string(self.directory().join("complete")).ok()?;
        let given = self.copy_to(cluster, owner);
        if matches!(&given, Ok(copied) if *copied == whole) {
            return Some(());
        }
        // A machine that lost its power can leave files without their contents.
        for path in [cluster.data(), cluster.password_file()] {
            drop(std::fs::remove_dir_all(&path).or_else(|_| std::fs::remove_file(&path)));
        }
        if given.is_ok() {
            let _lock = self.try_lock()?;
            remove(&self.directory());
        }
        None
    }

    fn copy_to(&self, cluster: &Cluster, owner: &Owner) -> Result<String, SetupError> {
        let from = self.directory();
        let password = std::fs::read_to_string(from.join("password"));
        let password = password.map_err(|error| step(&from, "copied", &error))?;
        private::write_secret(&cluster.password_file(), &password)?;
        owner.own(&cluster.password_file())?;
        let copied = copy(&from.join("data"), &cluster.data(), owner)?;
        Ok(copied.to_string())
    }

    /// Makes it from a cluster that never ran, under another name until it is whole.
    fn keep(&self, cluster: &Cluster) -> Result<(), SetupError> {
        let Some(_lock) = self.try_lock() else {
            return Ok(());
        };
        self.remove_outdated();
        let part = self.directory().with_extension("part");
        let kept = self.fill(&part, cluster);
        if kept.is_err() {
            remove(&part);
        }
        kept
    }

    fn fill(&self, part: &Path, cluster: &Cluster) -> Result<(), SetupError> {
        let failed = |error: std::io::Error| step(part, "prepared", &error);
        private::directory(part, 0o700)?;
        let copied = copy(&cluster.data(), &part.join("data"), &Owner::this_user())?;
        let password = std::fs::read_to_string(cluster.password_file()).map_err(failed)?;
        private::write_secret(&part.join("password"), &password)?;
        std::fs::write(part.join("complete"), copied.to_string()).map_err(failed)?;
        std::fs::rename(part, self.directory()).map_err(failed)
    }

    /// Removes what was left half made, and what other versions of these binaries made.
    fn remove_outdated(&self) {
        for entry in entries(&self.place) {
            let name = entry.file_name().unwrap_or_default().to_string_lossy();
            let is_half = name.ends_with(".part") && is_ours(&name);
            if is_half || name.starts_with(&self.binaries) {
                remove(&entry);
            }
        }
    }

    fn try_lock(&self) -> Option<File> {
        private::try_lock(&self.place.join("lock"))
    }
}

/// Where prepared clusters are.
pub(in crate::postgres) fn place(cache: &Path) -> PathBuf {
    cache.join("prepared")
}

/// A name of this harness's, or of another version of it.
fn is_ours(name: &str) -> bool {
    name.split_once('-')
        .is_some_and(|(format, rest)| format.parse::<u32>().is_ok() && rest.contains('-'))
}

fn entries(place: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = std::fs::read_dir(place).into_iter().flatten().flatten();
    entries.map(|entry| entry.path())
}

/// Takes the name away first: no one can find it half removed.
fn remove(directory: &Path) {
    let part = directory.with_extension("part");
    drop(std::fs::rename(directory, &part));
    // What cannot be removed now is removed by the next one who prepares.
    drop(std::fs::remove_dir_all(part));
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn temporary(name: &str) -> PathBuf {
        let directory = std::env::temp_dir().join(format!("ph-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        directory
    }

    /// As `initdb` leaves it, in small.
    fn cluster(directory: &Path) -> Cluster {
        std::fs::create_dir_all(directory.join("data/base/1")).unwrap();
        std::fs::write(directory.join("data/PG_VERSION"), "17\n").unwrap();
        std::fs::write(directory.join("data/base/1/1259"), [7; 8192]).unwrap();
        std::fs::write(directory.join("password"), "secret").unwrap();
        Cluster::at(directory.to_owned())
    }

    fn prepared(place: &Path, version: &str) -> Prepared {
        Prepared {
            place: place.to_owned(),
            binaries: "1-00-".to_owned(),
            version: version.to_owned(),
        }
    }

    fn target(root: &Path, name: &str) -> Cluster {
        std::fs::create_dir(root.join(name)).unwrap();
        Cluster::at(root.join(name))
    }

    #[test]
    fn a_copy_is_what_was_prepared_and_nobody_elses_to_read() {
        let root = temporary("prepared");
        let made = prepared(&root, "a");
        made.keep(&cluster(&root.join("source"))).unwrap();
        let copy = target(&root, "copy");
        made.give(&copy, &Owner::this_user()).unwrap();
        let page = std::fs::read(copy.data().join("base/1/1259")).unwrap();
        assert_eq!(page, [7; 8192]);
        assert_eq!(
            std::fs::read_to_string(copy.password_file()).unwrap(),
            "secret"
        );
        for secret in [copy.password_file(), made.directory().join("password")] {
            let permissions = std::fs::metadata(secret).unwrap().permissions();
            assert_eq!(permissions.mode() & 0o777, 0o600);
        }
        std::fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn what_is_not_whole_is_not_given_and_removed() {
        let root = temporary("not-whole");
        let made = prepared(&root, "a");
        made.keep(&cluster(&root.join("source"))).unwrap();
        std::fs::write(made.directory().join("data/base/1/1259"), "").unwrap();
        let copy = target(&root, "copy");
        assert!(made.give(&copy, &Owner::this_user()).is_none());
        assert!(!copy.data().exists() && !copy.password_file().exists());
        assert!(!made.directory().exists());
        std::fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn what_was_killed_half_way_is_never_given_and_removed_by_the_next() {
        let root = temporary("half");
        let half = root.join("1-00-a.part");
        std::fs::create_dir_all(half.join("data")).unwrap();
        let made = prepared(&root, "a");
        assert!(
            made.give(&target(&root, "copy"), &Owner::this_user())
                .is_none()
        );
        prepared(&root, "b")
            .keep(&cluster(&root.join("source")))
            .unwrap();
        assert!(!half.exists());
        std::fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn a_new_version_takes_the_place_of_the_old_and_of_nothing_else() {
        let root = temporary("versions");
        let source = cluster(&root.join("source"));
        let (old, new) = (prepared(&root, "a"), prepared(&root, "b"));
        let mut other = prepared(&root, "a");
        other.binaries = "1-11-".to_owned();
        let foreign = root.join("2-00-a");
        std::fs::create_dir(&foreign).unwrap();
        for one in [&old, &other, &new] {
            one.keep(&source).unwrap();
        }
        assert!(!old.directory().exists());
        assert!(new.directory().exists() && other.directory().exists() && foreign.exists());
        std::fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn a_cache_that_cannot_be_written_is_no_error() {
        let root = temporary("no-cache");
        let file = root.join("file");
        std::fs::write(&file, "").unwrap();
        let binaries = Binaries {
            directory: PathBuf::from("/srv/pg/bin"),
            version: 170_001,
            version_text: "17.1".to_owned(),
        };
        assert!(Prepared::of(&binaries, &file.join("cache")).is_none());
        std::fs::remove_dir_all(root).unwrap();
    }
}
