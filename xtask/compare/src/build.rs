//! The bench programs of a version, built by cargo, all versions with the same words.
//!
//! `choice` says which targets these are, `kept` has what was built before, and `seal` when that is still the same; `code` is what
//! two programs must have in common to be one.

mod choice;
pub(crate) mod code;
pub(crate) mod kept;
pub(crate) mod seal;

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::error::CompareError;
use crate::interrupt;

/// A variable of divan's: its first letter, and the rest.
const DIVANS: (u8, &[u8]) = (b'D', b"IVAN_SAMPLE_COUNT");

/// A bench target, built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Program {
    /// The package's name.
    pub(crate) package: String,
    /// The bench target's: the first word of its benches' paths.
    pub(crate) target: String,
    pub(crate) path: PathBuf,
    /// Where cargo runs it: its package's folder.
    pub(crate) folder: PathBuf,
}

/// What cargo built.
#[derive(Debug, Default)]
pub(crate) struct Built {
    pub(crate) programs: Vec<Program>,
    /// The folders of all packages that were taken from a folder.
    pub(crate) sources: BTreeSet<PathBuf>,
}

/// Where a version lies, and where it is built.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) source: PathBuf,
    /// None is cargo's own.
    pub(crate) target: Option<PathBuf>,
}

/// What `cargo metadata` tells.
#[derive(Deserialize)]
pub(crate) struct Workspace {
    pub(crate) workspace_root: PathBuf,
    pub(crate) target_directory: PathBuf,
}

/// Which cargo: the one that runs us, so that its children use the same toolchain.
pub(crate) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

pub(crate) fn workspace(folder: &Path) -> Result<Workspace, CompareError> {
    metadata(folder, "the working tree")
}

/// What cargo tells of the workspace that this folder is in.
fn metadata<T: DeserializeOwned>(folder: &Path, version: &str) -> Result<T, CompareError> {
    let words = ["metadata", "--no-deps", "--format-version", "1"];
    let output = cargo().args(words).current_dir(folder).output();
    let output = output.map_err(|error| CompareError::NotStarted("cargo".to_owned(), error))?;
    let line = format!("cargo metadata (of {version})");
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(CompareError::Failed(line, said));
    }
    serde_json::from_slice(&output.stdout)
        .map_err(|error| CompareError::NotUnderstood(format!("`{line}` says: {error}")))
}

/// The profile that these words of `cargo bench` mean.
pub(crate) fn profile(words: &[String]) -> String {
    let next = words.iter().skip(1).map(Some).chain([None]);
    let named = words.iter().zip(next).filter_map(|(word, next)| {
        word.strip_prefix("--profile=")
            .or_else(|| next.filter(|_| word == "--profile").map(String::as_str))
    });
    named.last().unwrap_or("bench").to_owned()
}

/// Builds the benches, by `cargo bench --no-run` with these words, and finds their programs.
pub(crate) fn build(place: &Place, words: &[String], version: &str) -> Result<Built, CompareError> {
    let choice = choice::choice(&place.source, words, version)?;
    let mut command = cargo();
    command
        .args([
            "bench",
            "--no-run",
            "--message-format",
            "json-render-diagnostics",
        ])
        .args(choice)
        .args(words)
        .current_dir(&place.source)
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    if let Some(target) = &place.target {
        command.env("CARGO_TARGET_DIR", target);
    }
    let line = format!("cargo bench --no-run {}", words.join(" "));
    let typed = line.trim_end();
    let line = format!("{typed} (of {version})");
    let started = command.spawn();
    let mut child = started.map_err(|error| CompareError::NotStarted(line.clone(), error))?;
    let mut built = Built::default();
    if let Some(output) = child.stdout.take() {
        for message in BufReader::new(output).lines().map_while(Result::ok) {
            built.read(&message);
        }
    }
    match child.wait() {
        // It ended all the same, or with us.
        _ if interrupt::came() => Err(CompareError::Stopped),
        Ok(status) if status.success() && built.programs.is_empty() => {
            Err(choice::nothing_built(version, typed))
        }
        Ok(status) if status.success() => Ok(built),
        Ok(_) => Err(CompareError::Failed(line, String::new())),
        Err(error) => Err(CompareError::NotStarted(line, error)),
    }
}

impl Built {
    /// A line of cargo's messages.
    fn read(&mut self, message: &str) {
        let Ok(message) = serde_json::from_str::<Value>(message) else {
            return;
        };
        if message["reason"] == "compiler-artifact" {
            self.programs.extend(program(&message));
            self.sources.extend(source(&message));
        }
    }
}

/// What was compiled, if that is a bench's program.
fn program(artifact: &Value) -> Option<Program> {
    let target = &artifact["target"];
    let mut kinds = target["kind"].as_array()?.iter();
    if !kinds.any(|kind| kind == "bench") {
        return None;
    }
    let manifest = Path::new(artifact["manifest_path"].as_str()?);
    Some(Program {
        package: package(artifact["package_id"].as_str()?, manifest)?,
        target: target["name"].as_str()?.to_owned(),
        path: artifact["executable"].as_str()?.into(),
        folder: manifest.parent()?.to_owned(),
    })
}

/// The folder of what was compiled, where nothing else says which version that is.
fn source(artifact: &Value) -> Option<PathBuf> {
    let is_folder = artifact["package_id"].as_str()?.starts_with("path+file:");
    let manifest = Path::new(artifact["manifest_path"].as_str()?);
    is_folder.then(|| manifest.parent().map(Path::to_path_buf))?
}

/// `path+file:///src/users#0.1.0` or `path+file:///src/users#other-name@0.1.0`.
fn package(id: &str, manifest: &Path) -> Option<String> {
    let (_, version) = id.rsplit_once('#')?;
    match version.rsplit_once('@') {
        Some((name, _)) => Some(name.to_owned()),
        None => Some(manifest.parent()?.file_name()?.to_str()?.to_owned()),
    }
}

impl Program {
    /// One that is nowhere.
    #[cfg(test)]
    pub(crate) fn named(package: &str) -> Self {
        Self {
            package: package.to_owned(),
            target: "users".to_owned(),
            path: "users".into(),
            folder: ".".into(),
        }
    }

    /// A copy that the next build does not write over.
    pub(crate) fn keep(&self, folder: &Path) -> Result<Self, CompareError> {
        let path = folder.join(format!("{}-{}", self.package, self.target));
        let copied = fs::create_dir_all(folder).and_then(|()| fs::copy(&self.path, &path));
        copied.map_err(|error| CompareError::File(path.clone(), error))?;
        Ok(Self {
            path,
            ..self.clone()
        })
    }

    /// Whether divan is a part of it: what it reads from its environment is a text in the program. One without it is run by nobody
    /// but its owner, for who knows what it does.
    pub(crate) fn has_divan(&self) -> Result<bool, CompareError> {
        let bytes = fs::read(&self.path);
        let bytes = bytes.map_err(|error| CompareError::File(self.path.clone(), error))?;
        let mut rest = bytes.as_slice();
        // By a search of the standard library's own, for programs are tens of megabytes, and this one is seldom optimised.
        while rest.skip_until(DIVANS.0).is_ok_and(|skipped| skipped > 0) {
            if rest.starts_with(DIVANS.1) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Of the whole file.
    pub(crate) fn hash(&self) -> Result<[u8; 32], CompareError> {
        let failed = |error| CompareError::File(self.path.clone(), error);
        let mut file = fs::File::open(&self.path).map_err(failed)?;
        let mut hash = Sha256::new();
        std::io::copy(&mut file, &mut Hasher(&mut hash)).map_err(failed)?;
        Ok(hash.finalize().into())
    }
}

struct Hasher<'a>(&'a mut Sha256);

impl std::io::Write for Hasher<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bench_is_read_out_of_cargos_messages() {
        let message = r#"{"reason":"compiler-artifact","package_id":"path+file:///src/api#0.1.0",
            "manifest_path":"/src/api/Cargo.toml","target":{"kind":["bench"],"name":"users"},
            "executable":"/src/target/release/deps/users-1"}"#;
        let library = message.replace(r#"["bench"]"#, r#"["lib"]"#);
        let dependency = library.replace("path+file:///src/api", "registry+https://index#api");
        let mut built = Built::default();
        for message in [message, &library, &dependency, "not JSON"] {
            built.read(message);
        }
        let program = built.programs.pop().unwrap();
        assert_eq!(
            (program.package.as_str(), program.target.as_str()),
            ("api", "users")
        );
        assert_eq!(program.folder, Path::new("/src/api"));
        assert_eq!(built.programs, []);
        assert_eq!(built.sources, [PathBuf::from("/src/api")].into());
        let mut others = Built::default();
        others.read(&dependency);
        others.read(&message.replace("compiler-artifact", "build-script-executed"));
        assert!(others.programs.is_empty() && others.sources.is_empty());
    }

    #[test]
    fn the_profile_is_that_of_benches_or_is_named() {
        let check = |line: &str, expected: &str| {
            let words: Vec<String> = line.split(' ').map(ToOwned::to_owned).collect();
            assert_eq!(profile(&words), expected, "{line}");
        };
        check("", "bench");
        check("-p api --profile release --bench users", "release");
        check("--profile=lean", "lean");
        check("--profile", "bench");
    }

    #[test]
    fn a_program_with_divan_in_it_is_known_by_its_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let program = Program {
            path: folder.path().join("program"),
            ..Program::named("api")
        };
        assert!(program.has_divan().is_err());
        fs::write(&program.path, b"\x7fELF\0DIVAN_SAMPLE_SIZE\0").unwrap();
        assert!(!program.has_divan().unwrap());
        fs::write(&program.path, b"\x7fELF\0DIVAN_SAMPLE_COUNT\0").unwrap();
        assert!(program.has_divan().unwrap());
    }

    #[test]
    fn a_package_has_the_name_of_its_folder_or_one_of_its_own() {
        let manifest = Path::new("/src/api/Cargo.toml");
        let name = |id| package(id, manifest);
        assert_eq!(name("path+file:///src/api#0.1.0"), Some("api".to_owned()));
        assert_eq!(
            name("path+file:///src/api#my-api@0.1.0"),
            Some("my-api".to_owned())
        );
        assert_eq!(name("nonsense"), None);
    }
}
