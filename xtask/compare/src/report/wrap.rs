//! Long lines, broken where there are blanks; long names, cut in the middle.

/// The text with each line indented, none longer than the width if its words allow it.
pub(super) fn wrapped(text: &str, indent: &str, width: Option<usize>) -> String {
    let width = width.unwrap_or(usize::MAX);
    let mut lines = String::new();
    let mut line = indent.to_owned();
    for word in text.split_whitespace() {
        let is_first = line.len() == indent.len();
        if !is_first && line.chars().count() + 1 + word.chars().count() > width {
            lines.extend([line.as_str(), "\n"]);
            line = format!("{indent}{word}");
        } else {
            let blank = if is_first { "" } else { " " };
            line.extend([blank, word]);
        }
    }
    lines + &line
}

/// At most so many characters: the beginning and the end of it, which tell more than the middle.
pub(super) fn cut(text: &str, most: usize) -> String {
    let length = text.chars().count();
    if length <= most {
        return text.to_owned();
    }
    let end = most.saturating_sub(1) / 2;
    let start = most.saturating_sub(1) - end;
    let head: String = text.chars().take(start).collect();
    let tail: String = text.chars().skip(length - end).collect();
    format!("{head}…{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_where_the_width_does() {
        let told = wrapped("one two three four", "  ", Some(9));
        assert_eq!(told, "  one two\n  three\n  four");
        assert_eq!(wrapped("one two three", "  ", None), "  one two three");
        assert_eq!(
            wrapped("verylongword two", " ", Some(5)),
            " verylongword\n two"
        );
    }

    #[test]
    fn a_long_text_keeps_both_ends() {
        assert_eq!(cut("0123456789", 10), "0123456789");
        assert_eq!(cut("0123456789a", 10), "01234…789a");
        assert_eq!(cut("é│é│é│é", 5), "é│…│é");
    }
}
