//! Markdown with its code and comments blanked out, nothing moved: what is left is what a reader reads.

use super::source::blank;

/// The text with fenced code and HTML comments blanked out.
pub(crate) fn without_blocks(text: &str) -> String {
    let mut fence: Option<&str> = None;
    let mut prose = String::new();
    for line in text.split_inclusive('\n') {
        let mark = fence_of(line);
        let is_code = fence.is_some() || mark.is_some();
        fence = match (fence, mark) {
            (Some(open), Some(mark)) if closes(open, mark, line) => None,
            (None, mark) => mark,
            (open, _) => open,
        };
        prose += &if is_code {
            blank(line)
        } else {
            line.to_owned()
        };
    }
    blank_between(&prose, "<!--", "-->")
}

/// The three or more signs that open or close fenced code.
fn fence_of(line: &str) -> Option<&str> {
    let line = line.trim_start_matches([' ', '>', '\t']);
    let sign = line.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let info = line.trim_start_matches(sign);
    let fence = &line[..line.len() - info.len()];
    (fence.len() >= 3 && !(sign == '`' && info.contains('`'))).then_some(fence)
}

fn closes(open: &str, mark: &str, line: &str) -> bool {
    mark.starts_with(open) && line.trim_end().ends_with(mark)
}

fn blank_between(text: &str, open: &str, close: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(open) {
        let end = rest[start..]
            .find(close)
            .map_or(rest.len(), |at| start + at + close.len());
        out += &rest[..start];
        out += &blank(&rest[start..end]);
        rest = &rest[end..];
    }
    out + rest
}

/// A code span ends at as many backticks as opened it, in the same paragraph.
pub(crate) fn without_code_spans(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find('`') {
        let after = rest[start..].trim_start_matches('`');
        let open = rest.len() - after.len();
        let end = end_of_span(after, open - start).map_or(open, |length| open + length);
        out += &rest[..start];
        out += &blank(&rest[start..end]);
        rest = &rest[end..];
    }
    out + rest
}

fn end_of_span(after: &str, ticks: usize) -> Option<usize> {
    let paragraph = &after[..after.find("\n\n").unwrap_or(after.len())];
    let mut at = 0;
    while let Some(start) = paragraph[at..].find('`').map(|found| at + found) {
        let run = paragraph[start..].len() - paragraph[start..].trim_start_matches('`').len();
        at = start + run;
        if run == ticks {
            return Some(at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> String {
        let prose = without_code_spans(&without_blocks(text));
        assert_eq!(prose.lines().count(), text.lines().count(), "{text}");
        prose.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn code_and_comments_are_blanked() {
        let check = |text, expected| assert_eq!(words(text), expected, "{text}");
        check("a\n```rust\nb\n```\nc", "a c");
        check("~~~\n```\na\n~~~\nb", "b");
        check("````\n```\na\n```\n````\nb", "b");
        check("- a\n    ```\n    b\n    ```\n- c", "- a - c");
        check("> ```\n> a\n> ```\nb", "b");
        check("a `b` ``c `d` e`` f", "a f");
        check("a <!-- b\nc --> d", "a d");
        check("a\n```\nnever closed", "a");
    }

    #[test]
    fn backticks_without_a_partner_open_no_code() {
        let check = |text, expected| assert_eq!(words(text), expected, "{text}");
        check("a `b c", "a b c");
        check("a `b\n\nc` d", "a b c d");
        check("```a``` b", "b");
        check("a ``b` c", "a b c");
    }
}
