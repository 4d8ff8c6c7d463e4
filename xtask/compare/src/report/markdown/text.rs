//! Names and reasons in markdown, where nothing of them may be read as markup.

/// As code.
pub(super) fn code(text: &str) -> String {
    format!("<code>{}</code>", prose(text))
}

/// As it is, on one line, with entities for what would be markup.
///
/// No code span and no backslash: what a backslash before `|` or a backtick means in a table depends on who reads it.
pub(super) fn prose(text: &str) -> String {
    let mut told = String::new();
    let mut before = None;
    for (at, sign) in text.char_indices() {
        let after = text[at + sign.len_utf8()..].chars().next();
        let is_inside_a_word = [before, after].into_iter().all(is_of_a_word);
        match sign {
            '_' if is_inside_a_word => told.push('_'),
            sign if is_markup(sign) => told.extend(["&#", &u32::from(sign).to_string(), ";"]),
            sign if sign.is_control() => told.push(' '),
            sign => told.push(sign),
        }
        before = Some(sign);
    }
    told
}

fn is_of_a_word(sign: Option<char>) -> bool {
    sign.is_some_and(char::is_alphanumeric)
}

/// `@` and `#` name people and issues there, `:` smileys, `$` begins a formula.
fn is_markup(sign: char) -> bool {
    "&<>`|*_~[]\\!@#$".contains(sign)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_name_is_markup() {
        assert_eq!(
            code("a|b`c`<d>\\"),
            "<code>a&#124;b&#96;c&#96;&#60;d&#62;&#92;</code>"
        );
        assert_eq!(
            prose("*a* _b_ c_d [e]"),
            "&#42;a&#42; &#95;b&#95; c_d &#91;e&#93;"
        );
        assert_eq!(prose("@me #12 &lt;"), "&#64;me &#35;12 &#38;lt;");
    }

    #[test]
    fn a_reason_is_one_line() {
        assert_eq!(prose("one\ntwo\r\nthree\u{1b}"), "one two  three ");
    }

    #[test]
    fn a_path_stays_as_it_is() {
        assert_eq!(
            prose("users::page_of::10 +12 % [1]"),
            "users::page_of::10 +12 % &#91;1&#93;"
        );
    }
}
