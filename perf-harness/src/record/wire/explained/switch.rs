//! Whether `auto_explain` tells of what a connection runs, and the statement that changes it.
//!
//! The statement has names of its own: a simple query would take the program's unnamed statement away.

/// Where one connection stands.
#[derive(Debug, Default)]
pub(in crate::record::wire) struct Switch {
    is_on: bool,
    /// What was sent, and is not answered yet.
    asked: Option<bool>,
    /// The server said no: it is not asked again.
    refused: bool,
}

impl Switch {
    /// What is to be sent to the server, which has nothing else to do, before anything else.
    pub(in crate::record::wire) fn turn(&mut self, wanted: bool) -> Option<Vec<u8>> {
        if self.refused || self.asked.is_some() || self.is_on == wanted {
            return None;
        }
        self.asked = Some(wanted);
        Some(request(wanted))
    }

    pub(in crate::record::wire) fn answered(&mut self, accepted: bool) {
        if let Some(asked) = self.asked.take() {
            if accepted {
                self.is_on = asked;
            }
            self.refused |= !accepted;
        }
    }

    /// The program has given all settings back. They are as the database has them: off.
    pub(in crate::record::wire) fn reset(&mut self) {
        self.is_on = false;
    }

    /// The session acts for another role, which may be allowed what the last one was not.
    pub(in crate::record::wire) fn another_role(&mut self) {
        self.refused = false;
    }

    /// Is this worth to be preceded by it? No for a good-bye and for a question whether the server is there.
    pub(in crate::record::wire) fn may_precede(bytes: &[u8]) -> bool {
        !matches!(bytes, [b'X', ..] | [b'S', 0, 0, 0, 4])
    }
}

/// `Parse`, `Bind`, `Execute`, `Close` and `Sync`. Where it was refused before, its end was not read, and the statement is
/// still there: it is closed at the start, too.
fn request(on: bool) -> Vec<u8> {
    const NAME: &[u8] = b"perf-harness: auto_explain\0";
    let text: &[u8] = if on {
        b"SET auto_explain.log_min_duration = 0\0"
    } else {
        b"SET auto_explain.log_min_duration = -1\0"
    };
    [
        message(b'C', &[b"S", NAME]),
        message(b'P', &[NAME, text, &[0; 2]]),
        message(b'B', &[NAME, NAME, &[0; 6]]),
        message(b'E', &[NAME, &[0; 4]]),
        message(b'C', &[b"S", NAME]),
        message(b'S', &[]),
    ]
    .concat()
}

fn message(tag: u8, fields: &[&[u8]]) -> Vec<u8> {
    let body = fields.concat();
    let length = u32::try_from(body.len() + 4).unwrap_or(u32::MAX);
    [&[tag], &length.to_be_bytes()[..], &body].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_sent_when_it_changes_something_and_not_twice() {
        let mut switch = Switch::default();
        assert_eq!(switch.turn(false), None);
        assert_eq!(switch.turn(true), Some(request(true)));
        assert_eq!(switch.turn(true), None, "its answer is awaited");
        switch.answered(true);
        assert_eq!(switch.turn(true), None);
        assert_eq!(switch.turn(false), Some(request(false)));
        switch.answered(true);
        assert_eq!(switch.turn(false), None);
    }

    #[test]
    fn who_was_refused_asks_again_in_another_role_only() {
        let mut switch = Switch::default();
        assert!(switch.turn(true).is_some());
        switch.answered(false);
        assert_eq!(switch.turn(true), None);
        switch.reset();
        assert_eq!(switch.turn(true), None);
        switch.another_role();
        assert!(switch.turn(true).is_some());
    }

    #[test]
    fn settings_that_were_given_back_are_set_again() {
        let mut switch = Switch::default();
        assert!(switch.turn(true).is_some());
        switch.answered(true);
        switch.reset();
        assert_eq!(switch.turn(true), Some(request(true)));
    }

    #[test]
    fn a_ping_and_a_good_bye_go_alone() {
        for (bytes, expected) in [
            (&b"S\0\0\0\x04"[..], false),
            (b"X\0\0\0\x04", false),
            (b"S\0\0\0\x04P", true),
            (b"Q\0\0\0\x05\0", true),
            (b"C", true),
        ] {
            assert_eq!(Switch::may_precede(bytes), expected, "{bytes:?}");
        }
    }
}
