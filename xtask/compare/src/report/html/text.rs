//! Names and reasons in a page, where nothing of them may be read as markup.

/// For text and for values of attributes in double quotes.
pub(super) fn escaped(text: &str) -> String {
    let mut told = String::new();
    for sign in text.chars() {
        match sign {
            '&' => told += "&amp;",
            '<' => told += "&lt;",
            '>' => told += "&gt;",
            '"' => told += "&quot;",
            '\'' => told += "&#39;",
            '\n' => told.push('\n'),
            // They may not be in a page, not even as entities.
            sign if sign.is_control() => told.push('\u{fffd}'),
            sign => told.push(sign),
        }
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_name_is_markup() {
        let told = escaped("a<b>&\"c\" 'd'\u{1b}[1m\ne │");
        let expected = "a&lt;b&gt;&amp;&quot;c&quot; &#39;d&#39;\u{fffd}[1m\ne │";
        assert_eq!(told, expected);
    }
}
