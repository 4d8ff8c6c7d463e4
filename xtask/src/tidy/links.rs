//! No dead links in the docs: a relative link leads to a file of the workspace, an anchor to a heading in it.
//!
//! Addresses of other machines are not fetched: the rule would depend on them.

use std::collections::BTreeSet;

use super::SourceFile;
use super::anchors::anchors;
use super::finding::Finding;
use super::markdown::{Target, links};
use super::rust_file::has_extension;
use crate::nearest::nearest;

pub(crate) fn check(files: &[SourceFile]) -> Vec<Finding> {
    let pages = files.iter().filter(|file| has_extension(&file.path, "md"));
    pages.flat_map(|page| check_page(page, files)).collect()
}

fn check_page(page: &SourceFile, files: &[SourceFile]) -> Vec<Finding> {
    let dead = links(&page.text).into_iter().filter_map(|link| {
        let objection = match &link.target {
            Target::Place(place) => objection(page, place, files)?,
            Target::Undefined(label) => {
                format!("no line defines `[{label}]`: add `[{label}]: where it leads`")
            }
        };
        Some(Finding::new(&page.path, link.line, objection))
    });
    dead.collect()
}

fn objection(page: &SourceFile, place: &str, files: &[SourceFile]) -> Option<String> {
    if is_elsewhere(place) {
        return None;
    }
    let (path, anchor) = place.split_once('#').unwrap_or((place, ""));
    let Some(path) = resolve(&page.path, &decoded(path)) else {
        return Some(format!(
            "`{place}` leads out of the repository: link to its address"
        ));
    };
    if !exists(&path, files) {
        return Some(format!(
            "dead link: there is no `{path}`{}",
            guess_path(&path, files)
        ));
    }
    let target = files
        .iter()
        .find(|file| file.path == path && has_extension(&path, "md"))?;
    dead_anchor(target, anchor)
}

fn dead_anchor(target: &SourceFile, anchor: &str) -> Option<String> {
    let known = anchors(&target.text);
    if anchor.is_empty() || known.contains(&decoded(anchor)) {
        return None;
    }
    let guess = guess(anchor, known.iter().map(String::as_str));
    Some(format!(
        "dead link: `{}` has no heading `#{anchor}`{guess}",
        target.path
    ))
}

/// Whether the place is an address: `https://`, `mailto:`, `//host`.
fn is_elsewhere(place: &str) -> bool {
    let scheme = place.split([':', '/', '#']).next().unwrap_or_default();
    place.starts_with("//") || place[scheme.len()..].starts_with(':')
}

/// The path from the root that `path` means on `page`; `None` when it leaves the workspace.
fn resolve(page: &str, path: &str) -> Option<String> {
    if path.is_empty() {
        return Some(page.to_owned());
    }
    let folder = page.rsplit_once('/').map_or("", |(folder, _)| folder);
    let from_root = path.starts_with('/');
    let mut parts: Vec<&str> = if from_root {
        Vec::new()
    } else {
        folder.split('/').collect()
    };
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop().filter(|parent| !parent.is_empty())?),
            name => parts.push(name),
        }
    }
    parts.retain(|part| !part.is_empty());
    Some(parts.join("/"))
}

/// A folder exists when a file lies in it.
fn exists(path: &str, files: &[SourceFile]) -> bool {
    let folder = format!("{path}/");
    path.is_empty()
        || files
            .iter()
            .any(|file| file.path == path || file.path.starts_with(&folder))
}

/// The one file of that name elsewhere, or else a path that is spelt alike.
fn guess_path(path: &str, files: &[SourceFile]) -> String {
    let name = path.rsplit('/').next();
    let paths = files.iter().map(|file| file.path.as_str());
    let same_name: Vec<_> = paths
        .clone()
        .filter(|path| path.rsplit('/').next() == name)
        .collect();
    match same_name[..] {
        [only] => format!("; did you mean `{only}`?"),
        _ => guess(path, paths),
    }
}

fn guess<'k>(word: &str, known: impl Iterator<Item = &'k str>) -> String {
    let guess = nearest(word, known.collect::<BTreeSet<_>>());
    guess.map_or_else(String::new, |guess| format!("; did you mean `{guess}`?"))
}

/// The text with `%20` and its like replaced by what they stand for.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let code = after.get(..2).filter(|_| first == b'%');
        let code = code.and_then(|code| u8::from_str_radix(str::from_utf8(code).ok()?, 16).ok());
        bytes.push(code.unwrap_or(first));
        rest = if code.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::super::sample::{assert_told, told};
    use super::*;

    /// What is said of `text` as `docs/guide/start.md`, in a small workspace.
    fn check_one(text: &str, expected: &[&str]) {
        let expected: Vec<_> = expected
            .iter()
            .map(|told| format!("docs/guide/start.md:{told}"))
            .collect();
        let expected: Vec<_> = expected.iter().map(String::as_str).collect();
        let files = [
            ("docs/guide/start.md", text),
            ("docs/guide/play book.md", "# Find the N+1\n"),
            ("docs/glossary.md", "# The words\n\n## Query\n\n## Query\n"),
            ("docs/logo.png", ""),
            ("README.md", "# perf-harness\n"),
            ("deny.toml", ""),
        ];
        assert_told(&told(check, &files), &expected);
    }

    #[test]
    fn links_to_what_exists_pass() {
        check_one(
            "[a](../glossary.md) [b](../../deny.toml) ![c](../logo.png)",
            &[],
        );
        check_one("[a](play%20book.md) [b](<play book.md#find-the-n1>)", &[]);
        check_one(
            "[a](/README.md) [b](..) [c](../../) [d](./start.md) [e](../guide/)",
            &[],
        );
        check_one(
            "[a](../glossary.md#query-1) [b](../../README.md#perf-harness)",
            &[],
        );
        check_one(
            "# Here we go\n[a](#here-we-go)\n[b][c]\n\n[c]: ../glossary.md#query",
            &[],
        );
        check_one("[a](../../deny.toml#L3)", &[]);
    }

    #[test]
    fn addresses_are_not_fetched() {
        check_one(
            "[a](https://example.com/a.md) [b](mailto:a@b.c) [c](//host/a) <https://a.b>",
            &[],
        );
    }

    #[test]
    fn links_to_what_does_not_exist_are_told_with_a_guess() {
        check_one(
            "\n[a](gone.md)",
            &["2: dead link: there is no `docs/guide/gone.md`"],
        );
        check_one(
            "[a](glossary.md)",
            &[
                "1: dead link: there is no `docs/guide/glossary.md`; did you mean `docs/glossary.md`?",
            ],
        );
        check_one(
            "[a](../glosary.md)",
            &["1: dead link: there is no `docs/glosary.md`; did you mean `docs/glossary.md`?"],
        );
        check_one(
            "[b][c]\n\n[c]: gone.md",
            &["3: dead link: there is no `docs/guide/gone.md`"],
        );
        check_one("[b][c]", &["1: no line defines `[c]`"]);
        check_one(
            "[a](../../../other/README.md)",
            &["1: `../../../other/README.md` leads out"],
        );
    }

    #[test]
    fn anchors_to_no_heading_are_told_with_a_guess() {
        check_one(
            "[a](../glossary.md#querry)",
            &["1: dead link: `docs/glossary.md` has no heading `#querry`; did you mean `query`?"],
        );
        check_one(
            "[a](#nowhere)",
            &["1: dead link: `docs/guide/start.md` has no heading `#nowhere`"],
        );
    }

    #[test]
    fn code_blocks_hold_no_links() {
        check_one("```\n[a](gone.md)\n```\n`[b](gone.md)`", &[]);
    }
}
