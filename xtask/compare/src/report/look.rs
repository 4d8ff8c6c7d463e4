//! What the terminal can show.

/// How a table looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Look {
    /// Other signs than ASCII's can be shown.
    pub(crate) is_utf8: bool,
    pub(crate) has_colour: bool,
    /// In columns. None where it is no terminal: then nothing is wrapped, and there are no bars.
    pub(crate) width: Option<usize>,
}

impl Look {
    /// Of a terminal so wide, or of a file, in an environment.
    pub(crate) fn new(width: Option<usize>, variable: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name| variable(name).filter(|value| !value.is_empty());
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set);
        let locale = locale.unwrap_or_default().to_ascii_lowercase();
        let is_plain = set("NO_COLOR").is_some() || set("TERM").as_deref() == Some("dumb");
        Self {
            is_utf8: locale.contains("utf-8") || locale.contains("utf8"),
            has_colour: width.is_some() && !is_plain,
            width,
        }
    }

    /// What this terminal can show of a text: no control characters, and what has no sign here by its number.
    pub(super) fn shown(self, text: &str) -> String {
        text.chars().map(|sign| self.sign(sign)).collect()
    }

    fn sign(self, sign: char) -> String {
        match sign {
            // Also those that turn the direction of writing around.
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                sign.escape_unicode().to_string()
            }
            sign if sign.is_control() => sign.escape_default().to_string(),
            sign if sign.is_ascii() || self.is_utf8 => sign.to_string(),
            'µ' => "u".to_owned(),
            '▲' => "+".to_owned(),
            '△' => "~".to_owned(),
            '▼' => "-".to_owned(),
            '✗' => "x".to_owned(),
            '…' => ".".to_owned(),
            sign => sign.escape_unicode().to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(width: Option<usize>, variables: &[(&str, &str)]) -> Look {
        Look::new(width, |name| {
            let mut all = variables.iter();
            all.find(|(known, _)| *known == name)
                .map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_locale_says_which_signs_there_are() {
        assert!(look(None, &[("LANG", "en_GB.UTF-8")]).is_utf8);
        assert!(look(None, &[("LANG", "C"), ("LC_ALL", "C.utf8")]).is_utf8);
        assert!(look(None, &[("LC_ALL", ""), ("LANG", "C.utf8")]).is_utf8);
        assert!(!look(None, &[("LANG", "en_GB.UTF-8"), ("LC_ALL", "C")]).is_utf8);
        assert!(!look(None, &[]).is_utf8);
    }

    #[test]
    fn only_a_terminal_has_colours_and_only_if_it_may() {
        assert!(look(Some(80), &[]).has_colour);
        assert!(!look(None, &[]).has_colour);
        assert!(!look(Some(80), &[("NO_COLOR", "1")]).has_colour);
        assert!(look(Some(80), &[("NO_COLOR", "")]).has_colour);
        assert!(!look(Some(80), &[("TERM", "dumb")]).has_colour);
    }

    #[test]
    fn a_text_cannot_drive_the_terminal() {
        let look = look(None, &[("LANG", "C.utf8")]);
        let told = look.shown("a\u{1b}[31m\tµ\u{202e}│");
        assert_eq!(told, "a\\u{1b}[31m\\tµ\\u{202e}│");
    }

    #[test]
    fn what_has_no_sign_is_told_by_its_number() {
        let told = look(None, &[]).shown("3 µs a│b ▲");
        assert_eq!(told, "3 us a\\u{2502}b +");
    }
}
