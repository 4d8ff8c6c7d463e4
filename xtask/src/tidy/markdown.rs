//! What a Markdown text links to.

use super::prose::{without_blocks, without_code_spans};

/// Where a link leads, as written.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) target: Target,
    /// Counted from 1.
    pub(crate) line: usize,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// A path or an address, perhaps with an anchor.
    Place(String),
    /// The label of a reference that the text does not define.
    Undefined(String),
}

/// The links of the text, in no particular order.
pub(crate) fn links(text: &str) -> Vec<Link> {
    let prose = without_blocks(text);
    let plain = without_code_spans(&prose);
    let mut links = inline_links(&plain);
    let definitions = definitions(&prose);
    links.extend(undefined(&plain, &prose, &definitions));
    links.extend(definitions.into_iter().map(|(_, link)| link));
    links
}

fn inline_links(text: &str) -> Vec<Link> {
    let markdown = text
        .match_indices("](")
        .filter(|(at, _)| !text[..*at].ends_with('\\'))
        .map(|(at, sign)| (at, destination(&text[at + sign.len()..])));
    let html = ["href=\"", "src=\""]
        .into_iter()
        .flat_map(|key| attributes(text, key));
    markdown
        .chain(html)
        .map(|(at, place)| link(text, at, Target::Place(place.to_owned())))
        .collect()
}

/// What stands in the parentheses of a link, without its title.
fn destination(rest: &str) -> &str {
    let rest = rest.trim_start();
    if let Some(angled) = rest.strip_prefix('<') {
        return &angled[..angled.find('>').unwrap_or(angled.len())];
    }
    let mut depth = 0_usize;
    let end = rest.find(|c: char| match c {
        '(' => {
            depth += 1;
            false
        }
        ')' if depth > 0 => {
            depth -= 1;
            false
        }
        c => c == ')' || c.is_whitespace(),
    });
    &rest[..end.unwrap_or(rest.len())]
}

/// The values of an HTML attribute, given as `name="`, each with where it stands.
pub(crate) fn attributes<'t>(
    text: &'t str,
    key: &'t str,
) -> impl Iterator<Item = (usize, &'t str)> {
    text.match_indices(key).map(|(at, key)| {
        let value = &text[at + key.len()..];
        (at, &value[..value.find('"').unwrap_or(value.len())])
    })
}

/// Lines like `[label]: place`, by label; footnotes are none.
fn definitions(text: &str) -> Vec<(String, Link)> {
    let lines = text.lines().zip(1..);
    lines
        .filter_map(|(text, line)| {
            let (label, place) = text.trim_start().strip_prefix('[')?.split_once("]:")?;
            let target = Target::Place(destination(place).to_owned());
            let is_one = !label.starts_with('^') && !label.contains(']');
            is_one.then(|| (normal(label), Link { target, line }))
        })
        .collect()
}

/// The uses `[text][label]` and `[label][]` of labels that no line defines. `plain` says where they are; code in a
/// label is read from `prose`.
fn undefined(plain: &str, prose: &str, definitions: &[(String, Link)]) -> Vec<Link> {
    let uses = plain.match_indices("][");
    let labels = uses.map(|(at, sign)| (at, label(&prose[..at], &prose[at + sign.len()..])));
    labels
        .filter(|(_, label)| !definitions.iter().any(|(known, _)| *known == normal(label)))
        .map(|(at, label)| link(plain, at, Target::Undefined(label.to_owned())))
        .collect()
}

/// The label after `][`, or the text before it when the label is empty.
fn label<'p>(before: &'p str, after: &'p str) -> &'p str {
    let label = match after.split(']').next() {
        Some("") => before.rsplit('[').next(),
        label => label,
    };
    label.unwrap_or_default()
}

fn normal(label: &str) -> String {
    label
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase()
}

fn link(text: &str, at: usize, target: Target) -> Link {
    let line = text[..at].matches('\n').count() + 1;
    Link { target, line }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<String> {
        let mut told: Vec<_> = links(text)
            .iter()
            .map(|link| match &link.target {
                Target::Place(place) => format!("{} {place}", link.line),
                Target::Undefined(label) => format!("{} undefined {label}", link.line),
            })
            .collect();
        told.sort();
        told
    }

    #[test]
    fn links_of_every_kind_are_found() {
        let check = |text, expected: &[&str]| assert_eq!(told(text), expected, "{text}");
        check("a [b](c.md) d\n![e](f.png)", &["1 c.md", "2 f.png"]);
        check("[a](b.md \"title\") [c](<d e.md>)", &["1 b.md", "1 d e.md"]);
        check("[`a`](b_(c).md#d)", &["1 b_(c).md#d"]);
        check("[![a](b.svg)](c.md)", &["1 b.svg", "1 c.md"]);
        check("[a\nb](c.md)", &["2 c.md"]);
        check("[a][b]\n\n[b]: c.md \"title\"", &["3 c.md"]);
        check("[A  b][] and [c][a B]\n[a b]: d.md", &["2 d.md"]);
        check("[a][b]", &["1 undefined b"]);
        check("\n[a][]", &["2 undefined a"]);
        check(
            "é [`a`][] [`b`][]\n\n[`a`]: c.md",
            &["1 undefined `b`", "3 c.md"],
        );
        check(
            "<a href=\"b.md\"><img src=\"c.png\"></a>",
            &["1 b.md", "1 c.png"],
        );
    }

    #[test]
    fn code_and_comments_hold_no_links() {
        let check = |text| assert_eq!(told(text), Vec::<String>::new(), "{text}");
        check("```rust\n[a](b.md)\n```\n");
        check("~~~\n```\n[a](b.md)\n~~~\n");
        check("````\n```\n[a](b.md)\n```\n````\n");
        check("  - a\n    ```\n    [a](b.md)\n    ```\n");
        check("`[a](b.md)` and ``[c](`d`)``");
        check("<!-- [a](b.md)\n[c](d.md) -->");
        check("[^1]: a footnote [ ] (a)");
        check("```\nnever closed [a](b.md)");
    }

    #[test]
    fn prose_after_code_is_prose() {
        assert_eq!(told("```\na\n```\n[b](c.md)"), ["4 c.md"]);
        assert_eq!(told("`a` [b](c.md) `d"), ["1 c.md"]);
        assert_eq!(told("```a``` [b](c.md)"), ["1 c.md"]);
    }
}
