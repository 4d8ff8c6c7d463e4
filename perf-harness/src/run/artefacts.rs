//! The files of a test: `target/perf-harness/<package>/<program>/<test>.txt` and `.json` where it failed, and
//! `<test>.baseline.json` where something of it was known.

use std::io;
use std::path::{Path, PathBuf};

use crate::config;

/// How the file of what became of known findings ends.
const STANDINGS: &str = "baseline.json";

/// The files of one test.
pub(super) struct Files {
    /// Cargo's target directory, if the program lies in one.
    pub(super) target: Option<PathBuf>,
    directory: Option<PathBuf>,
    pub(super) package: String,
    pub(super) program: String,
    /// The package and the program.
    place: PathBuf,
    stem: String,
    /// The JSON file as it is told: from the workspace's root where it lies below it.
    pub(super) shown: Option<String>,
    /// The program and the test's path, as a baseline names it: `perf users::list`.
    pub(super) known_as: String,
}

impl Files {
    pub(super) fn of(test: &str) -> Self {
        let executable = config::executable();
        let target = executable.as_deref().and_then(target_directory);
        let package = config::package().unwrap_or_default();
        let program = executable.as_deref().map(program).unwrap_or_default();
        let known_as = format!("{program} {test}");
        let place = Path::new("perf-harness").join(&package).join(&program);
        let stem = stem(test);
        Self {
            shown: target.map(|target| shown(target, &place.join(format!("{stem}.json")))),
            directory: target.map(|target| target.join(&place)),
            target: target.map(Path::to_owned),
            package,
            program,
            place,
            stem,
            known_as,
        }
    }

    pub(super) fn write(&self, text: &str, json: &str) -> io::Result<()> {
        self.write_one("txt", text)?;
        self.write_one("json", json)
    }

    /// What became of what is known of the test.
    pub(super) fn write_standings(&self, json: &str) -> io::Result<()> {
        self.write_one(STANDINGS, json)
    }

    /// Something of this test, in another directory that all tests share.
    pub(super) fn write_below(&self, directory: &Path, json: &str) -> io::Result<()> {
        let directory = directory.join(&self.place);
        std::fs::create_dir_all(&directory)?;
        std::fs::write(directory.join(format!("{}.json", self.stem)), json)
    }

    fn write_one(&self, extension: &str, text: &str) -> io::Result<()> {
        let Some(directory) = &self.directory else {
            return Err(io::Error::other(
                "the test program lies in no target directory",
            ));
        };
        std::fs::create_dir_all(directory)?;
        // Who reads it meanwhile finds the one before, and never half of it.
        let file = directory.join(format!("{}.{extension}", self.stem));
        let aside = directory.join(format!(
            "{}.{extension}.part-{}",
            self.stem,
            std::process::id()
        ));
        std::fs::write(&aside, text)?;
        std::fs::rename(&aside, file)
    }

    /// A test that passes leaves no failure of an earlier run behind.
    pub(super) fn remove(&self) {
        self.remove_one("txt");
        self.remove_one("json");
    }

    /// A test that nothing is known of leaves nothing of an earlier run behind.
    pub(super) fn remove_standings(&self) {
        self.remove_one(STANDINGS);
    }

    fn remove_one(&self, extension: &str) {
        if let Some(directory) = &self.directory {
            // Most often there is none.
            drop(std::fs::remove_file(
                directory.join(format!("{}.{extension}", self.stem)),
            ));
        }
    }
}

/// The nearest directory above the test program that cargo marked as its own. It marks none that was there before, such as
/// a volume: there the program lies in `<profile>/deps` or `<profile>/examples` below it.
fn target_directory(executable: &Path) -> Option<&Path> {
    let marked = executable
        .ancestors()
        .find(|directory| directory.join("CACHEDIR.TAG").is_file());
    marked.or_else(|| by_its_place(executable))
}

fn by_its_place(executable: &Path) -> Option<&Path> {
    let directory = executable.parent()?;
    let is_cargos = directory.ends_with("deps") || directory.ends_with("examples");
    directory.ancestors().nth(2).filter(|_| is_cargos)
}

/// The program's name, without the hash that cargo gives it.
fn program(executable: &Path) -> String {
    let stem = executable
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let hash = stem
        .rsplit_once('-')
        .filter(|(_, hash)| hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()));
    hash.map(|(name, _)| name.to_owned()).unwrap_or(stem)
}

fn shown(target: &Path, file: &Path) -> String {
    match target.file_name() {
        Some(name) if name == "target" => Path::new("target").join(file),
        _ => target.join(file),
    }
    .display()
    .to_string()
}

/// A file name for a test's path: `users::the_list` becomes `users.the_list`.
fn stem(test: &str) -> String {
    test.replace("::", ".")
        .chars()
        .map(|c| {
            if c.is_alphanumeric() || matches!(c, '.' | '_' | '-') {
                c
            } else {
                '_'
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_path_becomes_a_file_name() {
        assert_eq!(stem("users::list::case_1"), "users.list.case_1");
        assert_eq!(stem("../x y"), ".._x_y");
    }

    #[test]
    fn a_program_is_known_without_its_hash() {
        let name = |path: &str| program(Path::new(path));
        assert_eq!(name("/t/debug/deps/perf-16b4168ea0d6451b"), "perf");
        assert_eq!(name("/t/debug/examples/demo"), "demo");
        assert_eq!(name("/t/debug/deps/end-to-end"), "end-to-end");
    }

    #[test]
    fn the_target_directory_is_found_without_its_mark() {
        let found = |executable: &'static str| target_directory(Path::new(executable));
        assert_eq!(
            found("/no/such/volume/debug/deps/perf-16b4168ea0d6451b"),
            Some(Path::new("/no/such/volume"))
        );
        assert_eq!(
            found("/no/such/target/release/examples/demo"),
            Some(Path::new("/no/such/target"))
        );
        assert_eq!(found("/no/such/bin/demo"), None);
    }

    #[test]
    fn the_file_is_told_from_the_workspace_root() {
        let told = |target: &str| shown(Path::new(target), Path::new("perf-harness/app/a.json"));
        assert_eq!(told("/src/app/target"), "target/perf-harness/app/a.json");
        assert_eq!(told("/cache/build"), "/cache/build/perf-harness/app/a.json");
    }
}
