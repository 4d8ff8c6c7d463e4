//! What a Markdown text can be linked to by: its headings, as GitHub names them.

use std::collections::{BTreeSet, HashMap};

use super::markdown::attributes;
use super::prose::without_blocks;
use super::source::is_word;

/// The anchors of the text: its headings as GitHub names them, and what HTML names.
pub(crate) fn anchors(text: &str) -> BTreeSet<String> {
    let prose = without_blocks(text);
    let mut seen: HashMap<String, usize> = HashMap::new();
    let headings = headings(&prose).into_iter().map(|heading| {
        let slug = slug(&heading);
        let before = seen.entry(slug.clone()).or_default();
        *before += 1;
        if *before == 1 {
            slug
        } else {
            format!("{slug}-{}", *before - 1)
        }
    });
    let named = ["id=\"", "name=\""]
        .iter()
        .flat_map(|key| attributes(&prose, key));
    headings
        .chain(named.map(|(_, value)| value.to_owned()))
        .collect()
}

/// The headings, both `# like this` and underlined.
fn headings(prose: &str) -> Vec<String> {
    let lines: Vec<_> = prose.lines().collect();
    let mut headings = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let hashes = line.len() - line.trim_start_matches('#').len();
        let text = line.trim_start_matches('#');
        if (1..=6).contains(&hashes) && text.starts_with(' ') {
            headings.push(text.trim().trim_end_matches('#').trim().to_owned());
        } else if lines.get(at + 1).is_some_and(|next| underlines(next)) && !text.trim().is_empty()
        {
            headings.push(text.trim().to_owned());
        }
    }
    headings
}

fn underlines(line: &str) -> bool {
    let line = line.trim_end();
    !line.is_empty() && (line.chars().all(|c| c == '=') || line.chars().all(|c| c == '-'))
}

/// GitHub's anchor for a heading: lower case, spaces to hyphens, other signs dropped.
fn slug(heading: &str) -> String {
    let kept = unlinked(heading).to_lowercase().replace(' ', "-");
    kept.chars().filter(|c| is_word(*c) || *c == '-').collect()
}

/// The heading with each link replaced by its text.
fn unlinked(heading: &str) -> String {
    let mut parts = heading.split("](");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text += part.split_once(')').map_or(part, |(_, after)| after);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_are_named_as_github_does() {
        let check = |text, expected: &[&str]| {
            let expected: BTreeSet<_> = expected.iter().map(ToString::to_string).collect();
            assert_eq!(anchors(text), expected, "{text}");
        };
        check("# One, two: three!", &["one-two-three"]);
        check("## `snake_case` & more ##", &["snake_case--more"]);
        check("# N+1 — why", &["n1--why"]);
        check("# [a](b.md) c", &["a-c"]);
        check("# Über uns", &["über-uns"]);
        check("# A\n## A\n### A", &["a", "a-1", "a-2"]);
        check("One\n===\n\nTwo\n---\n", &["one", "two"]);
        check("```\n# not a heading\n```", &[]);
        check("#nothing", &[]);
        check("<a id=\"here\"></a>", &["here"]);
    }
}
