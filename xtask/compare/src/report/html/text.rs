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

/// A bench's name, which is broken between its parts where it must be.
pub(super) fn path(name: &str) -> String {
    escaped(name).replace("::", "::<wbr>")
}

/// What is not broken: an arrow, a number and its unit.
pub(super) fn whole(text: &str) -> String {
    format!("<span class=\"whole\">{}</span>", escaped(text))
}

/// A text whose arrows are not broken.
pub(super) fn with_arrows(text: &str) -> String {
    let parts: Vec<String> = text.split("->").map(escaped).collect();
    parts.join(&whole("->"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_broken_between_its_parts_and_an_arrow_is_not() {
        assert_eq!(path("a::<b>::c"), "a::<wbr>&lt;b&gt;::<wbr>c");
        let told = with_arrows("<rows> 3 -> 4");
        assert_eq!(told, "&lt;rows&gt; 3 <span class=\"whole\">-&gt;</span> 4");
    }

    #[test]
    fn nothing_of_a_name_is_markup() {
        let told = escaped("a<b>&\"c\" 'd'\u{1b}[1m\ne │");
        let expected = "a&lt;b&gt;&amp;&quot;c&quot; &#39;d&#39;\u{fffd}[1m\ne │";
        assert_eq!(told, expected);
    }
}
