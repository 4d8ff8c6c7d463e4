//! Which targets cargo is to build: the benches, and not the unit tests of each library and binary, which `cargo bench` builds, too.

use std::path::Path;

use serde::Deserialize;

use super::metadata;
use crate::error::CompareError;

/// What chooses targets in the words for cargo.
const CHOOSING: [&str; 10] = [
    "--lib",
    "--bin",
    "--bins",
    "--example",
    "--examples",
    "--test",
    "--tests",
    "--bench",
    "--benches",
    "--all-targets",
];

/// What `cargo metadata` tells of packages.
#[derive(Deserialize)]
struct Packages {
    packages: Vec<Package>,
    #[serde(default)]
    workspace_default_members: Vec<String>,
}

#[derive(Deserialize)]
struct Package {
    id: String,
    name: String,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Target {
    kind: Vec<String>,
    #[serde(default, rename = "required-features")]
    required_features: Vec<String>,
}

/// The words that are added to the user's. An error where there is nothing to build.
pub(super) fn choice(
    source: &Path,
    words: &[String],
    version: &str,
) -> Result<&'static [&'static str], CompareError> {
    if is_made(words) || value(words, "--manifest-path").next().is_some() {
        return Ok(&[]);
    }
    let all: Packages = metadata(source, version)?;
    let chosen = all.chosen(words);
    let benches = chosen.iter().flat_map(|package| package.benches());
    let benches: Vec<&Target> = benches.collect();
    if benches.is_empty() {
        return Err(none(version, &chosen));
    }
    // Cargo leaves out a bench whose features are not there, but not where benches are asked for by name.
    if benches.iter().any(|bench| bench.needs_features()) {
        return Ok(&[]);
    }
    Ok(&["--bench", "*"])
}

/// Whether the user chose targets.
fn is_made(words: &[String]) -> bool {
    let mut flags = flags(words).map(|word| word.split('=').next().unwrap_or(word));
    flags.any(|flag| CHOOSING.contains(&flag))
}

/// Those of cargo, and not of the benches.
fn flags(words: &[String]) -> impl Iterator<Item = &str> {
    let words = words.iter().map(String::as_str);
    words.take_while(|word| *word != "--")
}

/// What is given for a flag: `--package NAME` or `--package=NAME`.
fn value<'a>(words: &'a [String], flag: &'a str) -> impl Iterator<Item = &'a str> {
    let next = flags(words).skip(1).map(Some).chain([None]);
    let both = flags(words).zip(next);
    both.filter_map(move |(word, next)| match word.strip_prefix(flag)? {
        "" => next,
        rest => rest.strip_prefix('='),
    })
}

impl Packages {
    /// Those that cargo would choose; where that is not certain, more.
    fn chosen(&self, words: &[String]) -> Vec<&Package> {
        let named: Vec<&str> = ["--package", "-p"]
            .into_iter()
            .flat_map(|flag| value(words, flag))
            .collect();
        let is_known = |name: &&str| self.packages.iter().any(|package| package.name == **name);
        let is_wide = ["--workspace", "--all", "--exclude"]
            .iter()
            .any(|flag| flags(words).any(|word| word.split('=').next() == Some(flag)));
        let is_short = flags(words).any(|word| word.len() > 2 && word.starts_with("-p"));
        let all = self.packages.iter();
        if is_wide || is_short || !named.iter().all(is_known) {
            return all.collect();
        }
        if !named.is_empty() {
            return all
                .filter(|one| named.contains(&one.name.as_str()))
                .collect();
        }
        // Of a member's folder that is the member.
        let defaults = &self.workspace_default_members;
        all.filter(|one| defaults.is_empty() || defaults.contains(&one.id))
            .collect()
    }
}

impl Package {
    fn benches(&self) -> impl Iterator<Item = &Target> {
        let is_bench = |target: &&Target| target.kind.iter().any(|kind| kind == "bench");
        self.targets.iter().filter(is_bench)
    }
}

impl Target {
    fn needs_features(&self) -> bool {
        !self.required_features.is_empty()
    }
}

fn none(version: &str, packages: &[&Package]) -> CompareError {
    let names: Vec<String> = packages
        .iter()
        .map(|one| format!("`{}`", one.name))
        .collect();
    let of = match &names[..] {
        [] => "no package is chosen".to_owned(),
        [one] => format!("its package {one} has no `[[bench]]`"),
        [some @ .., last] if some.len() < 4 => {
            format!(
                "neither of its packages {} and {last} has a `[[bench]]`",
                some.join(", ")
            )
        }
        many => format!("none of its {} packages has a `[[bench]]`", many.len()),
    };
    CompareError::Nothing(format!(
        "{version} has no benches: {of}; name a version that has some, or after `--` another package"
    ))
}

/// Where cargo built, and it was nothing.
pub(super) fn nothing_built(version: &str, line: &str) -> CompareError {
    CompareError::Nothing(format!(
        "{version} has no benches: `{line}` builds none; are they in another package, or do they need `--features`?"
    ))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::TempDir;

    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(ToOwned::to_owned).collect()
    }

    /// A workspace whose packages have these benches: a name, and more lines of a manifest.
    fn workspace(root: &str, packages: &[(&str, &str)]) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        let members: Vec<&str> = packages.iter().map(|(name, _)| *name).collect();
        let text = format!("[workspace]\nresolver = \"3\"\nmembers = {members:?}\n{root}");
        fs::write(folder.path().join("Cargo.toml"), text).unwrap();
        for (name, more) in packages {
            let package = folder.path().join(name);
            fs::create_dir_all(package.join("src")).unwrap();
            fs::write(package.join("src/lib.rs"), "").unwrap();
            fs::write(package.join("speed.rs"), "fn main() {}").unwrap();
            let text = format!("[package]\nname = \"{name}\"\nedition = \"2024\"\n{more}");
            fs::write(package.join("Cargo.toml"), text).unwrap();
        }
        folder
    }

    const BENCH: &str = "[[bench]]\nname = \"speed\"\npath = \"speed.rs\"\nharness = false\n";
    const NEEDS: &str = "required-features = [\"fast\"]\n[features]\nfast = []\n";

    fn check(folder: &Path, line: &str, expected: Result<&[&str], &str>) {
        let chosen = choice(folder, &words(line), "HEAD~1").map_err(|error| error.to_string());
        match (&chosen, expected) {
            (Err(told), Err(part)) => assert!(told.contains(part), "{line}: {told}"),
            _ => assert_eq!(
                chosen.as_deref(),
                expected.map_err(str::to_owned).as_deref(),
                "{line}"
            ),
        }
    }

    #[test]
    fn benches_are_built_and_nothing_else_where_nobody_chose() {
        let folder = workspace("", &[("fast", BENCH), ("plain", "")]);
        let benches: &[&str] = &["--bench", "*"];
        for line in ["", "-p fast", "--package=fast", "--workspace", "-- --lib"] {
            check(folder.path(), line, Ok(benches));
        }
        for line in [
            "--bench=speed",
            "--benches",
            "--lib",
            "-p fast --all-targets",
        ] {
            check(folder.path(), line, Ok(&[]));
        }
    }

    #[test]
    fn a_bench_that_needs_features_is_left_to_cargo() {
        let needs = format!("{BENCH}{NEEDS}");
        let folder = workspace("", &[("fast", BENCH), ("needing", &needs)]);
        check(folder.path(), "", Ok(&[]));
        check(folder.path(), "-p fast -p needing", Ok(&[]));
        check(folder.path(), "-p fast", Ok(&["--bench", "*"]));
        check(&folder.path().join("fast/src"), "", Ok(&["--bench", "*"]));
    }

    #[test]
    fn without_benches_there_is_nothing_to_build() {
        let folder = workspace("", &[("fast", BENCH), ("plain", ""), ("other", "")]);
        let one = Err("HEAD~1 has no benches: its package `plain` has no `[[bench]]`;");
        check(folder.path(), "-p plain", one);
        check(&folder.path().join("plain"), "", one);
        check(
            &folder.path().join("plain"),
            "--workspace",
            Ok(&["--bench", "*"]),
        );
        let two = Err("neither of its packages `plain` and `other` has a `[[bench]]`");
        check(folder.path(), "-p plain --package other", two);
        // Cargo says what is wrong with that name.
        check(folder.path(), "-p plian", Ok(&["--bench", "*"]));
        let folder = workspace(
            "default-members = [\"plain\"]",
            &[("fast", BENCH), ("plain", "")],
        );
        check(folder.path(), "", one);
    }
}
