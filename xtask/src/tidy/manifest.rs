//! Versions of dependencies stand in the root Cargo.toml alone; members say `workspace = true`.
//!
//! Reads TOML line by line, which is enough for what cargo allows in these sections.

use super::SourceFile;
use super::finding::Finding;

/// The root, whose versions these are. This rule judges neither it nor what is no member: the fixtures, and a package that
/// is a workspace of its own.
const ROOT: &str = "Cargo.toml";

/// Fixtures stand for a user's crate, outside the workspace.
const FIXTURES: &str = "tests/fixtures/";

pub(crate) fn check(files: &[SourceFile]) -> Vec<Finding> {
    let manifests = files.iter().filter(|file| {
        file.path.ends_with("/Cargo.toml")
            && file.path != ROOT
            && !file.path.starts_with(FIXTURES)
            && !file.text.lines().any(|line| line == "[workspace]")
    });
    manifests.flat_map(check_file).collect()
}

fn check_file(file: &SourceFile) -> Vec<Finding> {
    let mut place = Place::Elsewhere;
    let mut findings = Vec::new();
    for (text, line) in statements(&file.text) {
        let offender = if text.starts_with('[') {
            place = Place::of(&text);
            None
        } else {
            place.offender(&text)
        };
        if let Some(name) = offender {
            let message = format!(
                "`{name}` is not taken from the workspace: put its version into the root Cargo.toml \
                 and write `workspace = true` here"
            );
            findings.push(Finding::new(&file.path, line, message));
        }
    }
    findings
}

/// What the lines of a section are about.
enum Place {
    Elsewhere,
    /// `[dependencies]`: each line is a dependency.
    Dependencies,
    /// `[dependencies.name]`: each line is a key of the one dependency.
    Dependency(String),
}

impl Place {
    fn of(header: &str) -> Self {
        let section = header.trim_matches(['[', ']', ' ']);
        if section.ends_with("dependencies") {
            return Self::Dependencies;
        }
        match section.rsplit_once("dependencies.") {
            Some((_, name)) => Self::Dependency(name.to_owned()),
            None => Self::Elsewhere,
        }
    }

    /// The dependency that the statement does not take from the workspace.
    fn offender(&self, statement: &str) -> Option<String> {
        let (key, value) = statement.split_once('=')?;
        let (key, value) = (key.trim(), value.replace(' ', ""));
        match self {
            Self::Elsewhere => None,
            Self::Dependency(name) => is_source(key).then(|| name.clone()),
            Self::Dependencies => match key.split_once('.') {
                Some((name, key)) => is_source(key).then(|| name.to_owned()),
                None => (!value.contains("workspace=true")).then(|| key.to_owned()),
            },
        }
    }
}

/// Whether the key says where a dependency comes from, in place of the workspace.
fn is_source(key: &str) -> bool {
    matches!(key, "version" | "path" | "git" | "registry")
}

/// Each statement without its comment, with the line it starts on; one over several lines comes as one.
fn statements(text: &str) -> Vec<(String, usize)> {
    let mut statements: Vec<(String, usize)> = Vec::new();
    let mut open = 0;
    for (text, line) in text.lines().zip(1..) {
        let text = text.split('#').next().unwrap_or_default().trim();
        match statements.last_mut() {
            Some((statement, _)) if open > 0 => *statement += text,
            _ => statements.push((text.to_owned(), line)),
        }
        open += text.matches(['[', '{']).count();
        open = open.saturating_sub(text.matches([']', '}']).count());
    }
    statements
}

#[cfg(test)]
mod tests {
    use super::super::sample::{assert_told, told};
    use super::*;

    fn check_one(text: &str, expected: &[&str]) {
        assert_told(&told(check, &[("one/Cargo.toml", text)]), expected);
    }

    #[test]
    fn dependencies_of_the_workspace_pass() {
        check_one(
            "[package]\nversion = \"1\"\n[dependencies]\nserde.workspace = true\n",
            &[],
        );
        check_one(
            "[dependencies]\na = { workspace = true, features = [\n  \"b\",\n  \"c\",\n] }\n",
            &[],
        );
        check_one(
            "[dev-dependencies]\n# a = \"1\"\na = { workspace = true } # version = \"1\"\n",
            &[],
        );
        check_one(
            "[dependencies.a]\nworkspace = true\nfeatures = [\"b\"]\n",
            &[],
        );
        check_one("[dependencies]\n[features]\nversion = [\"a/b\"]\n", &[]);
    }

    #[test]
    fn a_version_in_a_member_is_told() {
        let check = |text, place| check_one(text, &[place]);
        check(
            "[dependencies]\na.workspace = true\nb = \"1\"\n",
            "one/Cargo.toml:3: `b` is not",
        );
        check(
            "[dev-dependencies]\nb = { version = \"1\" }\n",
            "one/Cargo.toml:2: `b`",
        );
        check(
            "[build-dependencies]\nb.version = \"1\"\n",
            "one/Cargo.toml:2: `b`",
        );
        check(
            "[dependencies]\nb = { path = \"../b\" }\n",
            "one/Cargo.toml:2: `b`",
        );
        check(
            "[dependencies.b]\nfeatures = []\nversion = \"1\"\n",
            "one/Cargo.toml:3: `b`",
        );
        check(
            "[target.'cfg(unix)'.dependencies]\nb = \"1\"\n",
            "one/Cargo.toml:2: `b`",
        );
        check(
            "[dependencies]\na = { workspace = true, features = [\n  \"c\",\n] }\nb = \"1\"\n",
            "one/Cargo.toml:5: `b`",
        );
    }

    #[test]
    fn the_root_the_fixtures_and_other_workspaces_are_free_to_name_versions() {
        let text = "[dependencies]\nb = \"1\"\n";
        assert_told(&told(check, &[("Cargo.toml", text)]), &[]);
        assert_told(
            &told(check, &[("tests/fixtures/user/Cargo.toml", text)]),
            &[],
        );
        check_one(&format!("{text}[workspace]\n"), &[]);
    }
}
