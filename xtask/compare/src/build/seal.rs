//! What says that a build would be the same: of a commit by all that cargo builds it with, of a folder by its files.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::UNIX_EPOCH;

use sha2::{Digest as _, Sha256};

use crate::error::CompareError;

/// Names of variables that change what is built.
const VARIABLES: [&str; 6] = [
    "RUSTFLAGS",
    "CARGO_ENCODED_RUSTFLAGS",
    "RUSTC",
    "RUSTC_WRAPPER",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTC_BOOTSTRAP",
];

/// And how others of them begin.
const FAMILIES: [&str; 3] = ["CARGO_BUILD_", "CARGO_PROFILE_", "CARGO_TARGET_"];

/// What begins so and says where, not what.
const PLACES: [&str; 3] = [
    "CARGO_TARGET_DIR",
    "CARGO_TARGET_TMPDIR",
    "CARGO_BUILD_TARGET_DIR",
];

/// A digest of words, each with its length before it.
#[derive(Default)]
struct Seal(Sha256);

impl Seal {
    fn add(&mut self, word: impl AsRef<[u8]>) {
        let word = word.as_ref();
        self.0.update(word.len().to_le_bytes());
        self.0.update(word);
    }

    fn text(self) -> String {
        let digest = self.0.finalize();
        digest
            .iter()
            .fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
    }
}

/// A commit that is to be built.
pub(crate) struct Order<'a> {
    pub(crate) commit: &'a str,
    /// The folder in it that cargo is called in, and where that lies.
    pub(crate) inner: &'a Path,
    pub(crate) source: &'a Path,
    /// For cargo.
    pub(crate) words: &'a [String],
}

impl Order<'_> {
    /// What is equal for two builds of the same. `variables` is the environment.
    pub(crate) fn key(&self, variables: &[(OsString, OsString)]) -> Result<String, CompareError> {
        let mut seal = Seal::default();
        seal.add(self.commit);
        seal.add(self.inner.as_os_str().as_encoded_bytes());
        seal.add(self.words.len().to_le_bytes());
        for word in self.words {
            seal.add(word);
        }
        seal.add(self.compiler(variables)?);
        let mut of_builds: Vec<_> = variables
            .iter()
            .filter(|(name, _)| is_of_builds(name))
            .collect();
        of_builds.sort();
        for (name, value) in of_builds {
            seal.add(name.as_encoded_bytes());
            seal.add(value.as_encoded_bytes());
        }
        for path in self.settings(variables) {
            // Most are not there.
            seal.add(fs::read(path).unwrap_or_default());
        }
        Ok(seal.text())
    }

    /// Asked where cargo is called: a file there may choose it.
    fn compiler(&self, variables: &[(OsString, OsString)]) -> Result<Vec<u8>, CompareError> {
        let named = variable(variables, "RUSTC");
        let rustc = named.cloned().unwrap_or_else(|| "rustc".into());
        let output = Command::new(rustc)
            .arg("-vV")
            .current_dir(self.source)
            .output();
        match output {
            Ok(output) if output.status.success() => Ok(output.stdout),
            Ok(output) => {
                let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
                Err(CompareError::Failed("rustc -vV".to_owned(), said))
            }
            Err(error) => Err(CompareError::NotStarted("rustc".to_owned(), error)),
        }
    }

    /// The files that cargo reads its settings from: of all folders that this one is in, and the user's.
    fn settings(&self, variables: &[(OsString, OsString)]) -> Vec<PathBuf> {
        let above = self.source.ancestors().map(|folder| folder.join(".cargo"));
        let home = variable(variables, "CARGO_HOME").map(PathBuf::from);
        let home = home.or_else(|| Some(Path::new(variable(variables, "HOME")?).join(".cargo")));
        let folders = above.chain(home);
        folders
            .flat_map(|folder| ["config.toml", "config"].map(|name| folder.join(name)))
            .collect()
    }
}

fn variable<'a>(variables: &'a [(OsString, OsString)], name: &str) -> Option<&'a OsString> {
    let mut all = variables.iter();
    all.find_map(|(one, value)| (one == name).then_some(value))
}

fn is_of_builds(name: &OsStr) -> bool {
    let Some(name) = name.to_str() else {
        return false;
    };
    let is_of_family = FAMILIES.iter().any(|family| name.starts_with(family));
    VARIABLES.contains(&name) || is_of_family && !PLACES.contains(&name)
}

/// Of a folder: the names, lengths and times of its files, but for what is built there or hidden.
pub(super) fn of_folder(folder: &Path) -> io::Result<String> {
    let mut seal = Seal::default();
    add_files(&mut seal, folder)?;
    Ok(seal.text())
}

fn add_files(seal: &mut Seal, folder: &Path) -> io::Result<()> {
    let mut entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name();
        if name == "target" || name.as_encoded_bytes().starts_with(b".") {
            continue;
        }
        seal.add(name.as_encoded_bytes());
        // Of a link it is that of the link itself, so no circle is entered.
        let facts = entry.metadata()?;
        if facts.is_dir() {
            add_files(seal, &entry.path())?;
            seal.add("end of folder");
        } else {
            let age = facts
                .modified()?
                .duration_since(UNIX_EPOCH)
                .unwrap_or_default();
            seal.add(facts.len().to_le_bytes());
            seal.add(age.as_nanos().to_le_bytes());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn variables(pairs: &[(&str, &str)]) -> Vec<(OsString, OsString)> {
        let pairs = pairs.iter();
        pairs
            .map(|(name, value)| (name.into(), value.into()))
            .collect()
    }

    #[test]
    fn a_build_is_another_by_all_that_changes_it() {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("a/b");
        fs::create_dir_all(&source).unwrap();
        let words = ["-p", "sums"].map(str::to_owned);
        let order = Order {
            commit: "1234",
            inner: Path::new("b"),
            source: &source,
            words: &words,
        };
        let home = ("HOME", folder.path().to_str().unwrap());
        let key = |order: &Order<'_>, more: &[(&str, &str)]| {
            order.key(&variables(&[&[home], more].concat())).unwrap()
        };
        let one = key(&order, &[]);
        assert_eq!(
            key(
                &order,
                &[("PWD", "/"), ("CARGO_TARGET_DIR", "/x"), ("CARGO", "x")]
            ),
            one
        );
        let mut others = vec![
            one.clone(),
            key(
                &Order {
                    commit: "1235",
                    ..order
                },
                &[],
            ),
            key(
                &Order {
                    inner: Path::new("c"),
                    ..order
                },
                &[],
            ),
            key(
                &Order {
                    words: &["-psums".to_owned()],
                    ..order
                },
                &[],
            ),
            key(&order, &[("RUSTFLAGS", "-O")]),
            key(&order, &[("CARGO_ENCODED_RUSTFLAGS", "-O")]),
            key(&order, &[("CARGO_PROFILE_BENCH_LTO", "fat")]),
            key(&order, &[("CARGO_BUILD_RUSTFLAGS", "-O")]),
            key(&order, &[("RUSTC_WRAPPER", "x")]),
        ];
        for version in ["0.1", "0.2"] {
            let rustc = compiler(folder.path(), version);
            others.push(key(&order, &[("RUSTC", rustc.to_str().unwrap())]));
        }
        for place in [
            "a/b/.cargo/config.toml",
            "a/.cargo/config",
            ".cargo/config.toml",
        ] {
            let file = folder.path().join(place);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, place).unwrap();
            others.push(key(&order, &[]));
        }
        others.push(key(
            &order,
            &[("CARGO_HOME", source.join(".cargo").to_str().unwrap())],
        ));
        let number = others.len();
        others.sort();
        others.dedup();
        assert_eq!(others.len(), number);
    }

    fn compiler(folder: &Path, version: &str) -> PathBuf {
        let path = folder.join("rustc");
        fs::write(&path, format!("#!/bin/sh\necho rustc {version}")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    #[test]
    fn a_folder_is_another_when_a_file_in_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
            of_folder(folder.path()).unwrap()
        };
        let one = write("src/lib.rs", "1");
        assert_eq!(write("target/release/it", "built"), one);
        assert_eq!(write(".git/index", "index"), one);
        let longer = write("src/lib.rs", "12");
        let more = write("src/more.rs", "");
        let file = fs::File::options()
            .append(true)
            .open(folder.path().join("src/lib.rs"));
        file.unwrap().set_modified(UNIX_EPOCH).unwrap();
        let older = of_folder(folder.path()).unwrap();
        for (other, before) in [(&longer, &one), (&more, &longer), (&older, &more)] {
            assert_ne!(other, before);
        }
        assert!(of_folder(&folder.path().join("gone")).is_err());
    }
}
