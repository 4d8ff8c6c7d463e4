//! How much of a comment is left to fill.

/// What the rest of a section takes: its tags, and the sentence that says what is missing.
const OF_A_SECTION: usize = 250;
const SECTIONS: usize = 6;

pub(super) struct Room {
    left: usize,
}

impl Room {
    /// Of so many characters, with these in any case.
    pub(super) fn of(most: usize, fixed: &[&str]) -> Self {
        let fixed: usize = fixed.iter().map(|part| part.chars().count()).sum();
        Self {
            left: most.saturating_sub(fixed + SECTIONS * OF_A_SECTION),
        }
    }

    /// The lines below their head, as far as they fit. Nothing of no lines.
    pub(super) fn take(&mut self, head: &str, lines: &[String]) -> String {
        if lines.is_empty() {
            return String::new();
        }
        let mut told = String::new();
        let mut taken = 0;
        for line in lines {
            let before = if taken == 0 { head } else { "" };
            let length = before.chars().count() + line.chars().count();
            if length > self.left {
                break;
            }
            self.left -= length;
            told += before;
            told += line;
            taken += 1;
        }
        let missing = lines.len() - taken;
        if missing > 0 {
            // What follows would be told instead of what matters more.
            self.left = 0;
            let why =
                "left out of this comment, which would have more than 65,000 characters otherwise";
            told.extend(["\n", &missing.to_string(), " more ", why, ".\n"]);
        }
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_taken_as_long_as_there_is_room() {
        let mut room = Room { left: 10 };
        let lines = ["aaa\n", "bbb\n", "ccc\n"].map(str::to_owned);
        let told = room.take("h\n", &lines);
        assert!(told.starts_with("h\naaa\nbbb\n\n1 more left out"), "{told}");
        let told = room.take("h\n", &lines[..1]);
        assert!(told.starts_with("\n1 more left out"), "{told}");
    }

    #[test]
    fn nothing_has_no_head() {
        assert_eq!(Room { left: 10 }.take("h\n", &[]), "");
    }
}
