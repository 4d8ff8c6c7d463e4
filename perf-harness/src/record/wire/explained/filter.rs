//! Takes the notices of `auto_explain`, and the answer to what switches it, out of what a server sends.
//!
//! Everything else passes, in order and as early as it comes: held back is only what may be one of these.

use crate::record::wire::codec::Body;

/// The longest plan that is kept. A longer one is taken out all the same.
const MOST_KEPT: usize = 8 << 20;

/// No message is longer: `PQ_LARGE_MESSAGE_LIMIT` in the server's source.
const LONGEST: usize = 0x3fff_fffe;

/// What a buffer may keep of its size when its message is over.
const SPARE: usize = 1 << 16;

/// The type byte and the length.
const HEADER: usize = 5;

/// Of `explain_ExecutorEnd` in the source of `auto_explain`: `duration: %.3f ms  plan:\n%s`. It is never translated.
const BEGINNING: &[u8] = b"duration: ";
const PLAN: &str = " ms  plan:\n";

/// What becomes of some bytes.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::record::wire) enum Piece<'a> {
    /// They go on to the program.
    Pass(&'a [u8]),
    /// A plan, or one that is too long to be kept.
    Plan(Option<&'a str>),
    /// The switch is answered: done, or why not.
    Switched(Result<(), String>),
}

/// One connection's direction from the server to the program.
#[derive(Debug, Default)]
pub(in crate::record::wire) struct Filter {
    header: [u8; HEADER],
    header_read: usize,
    body_left: usize,
    fate: Fate,
    /// All of a message so far that may have to be taken out.
    pub(super) held: Vec<u8>,
    /// The answer to the switch is what comes next, and whether it was refused.
    switch: Option<Result<(), String>>,
    /// The bytes make no sense any more: they pass.
    lost: bool,
}

/// What becomes of the message that passes now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Fate {
    #[default]
    Pass,
    /// It may be a plan. What it begins with will tell.
    Suspect,
    /// It begins as a plan does.
    Plan,
    /// The same, and too long to be kept.
    LongPlan,
    /// A part of the switch's answer.
    Answer,
}

impl Filter {
    /// The server is asked to switch, and nothing else is asked that is not answered.
    pub(in crate::record::wire) fn await_switch(&mut self) {
        self.switch = Some(Ok(()));
    }

    /// Bytes come from the server. `on_piece` hears what becomes of them.
    pub(in crate::record::wire) fn feed(
        &mut self,
        mut bytes: &[u8],
        mut on_piece: impl FnMut(Piece<'_>),
    ) {
        let mut passing = 0;
        while passing < bytes.len() {
            if self.lost {
                passing = bytes.len();
                break;
            }
            let rest = &bytes[passing..];
            if self.header_read == 0 {
                self.fate = self.fate_of(rest[0]);
            }
            let taken = self.advance(rest);
            if self.fate == Fate::Pass {
                passing += taken;
                self.end_if_whole(&mut on_piece);
                continue;
            }
            if passing > 0 {
                on_piece(Piece::Pass(&bytes[..passing]));
            }
            self.hold(&rest[..taken], &mut on_piece);
            bytes = &rest[taken..];
            passing = 0;
        }
        if passing > 0 {
            on_piece(Piece::Pass(&bytes[..passing]));
        }
    }

    /// The server sends no more. What was held back was no whole message, and goes on.
    pub(in crate::record::wire) fn rest(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.held)
    }

    fn fate_of(&self, tag: u8) -> Fate {
        let answers = matches!(tag, b'1' | b'2' | b'3' | b'C' | b'E' | b'Z');
        match tag {
            b'N' => Fate::Suspect,
            _ if self.switch.is_some() && answers => Fate::Answer,
            _ => Fate::Pass,
        }
    }

    /// Reads on within one message. Gives how many bytes belong to it.
    fn advance(&mut self, bytes: &[u8]) -> usize {
        if self.header_read == HEADER {
            let taken = bytes.len().min(self.body_left);
            self.body_left -= taken;
            return taken;
        }
        let taken = bytes.len().min(HEADER - self.header_read);
        self.header[self.header_read..][..taken].copy_from_slice(&bytes[..taken]);
        self.header_read += taken;
        if self.header_read == HEADER {
            let [_, length @ ..] = self.header;
            let length = u32::from_be_bytes(length) as usize;
            match length.checked_sub(4) {
                Some(left) if length <= LONGEST => self.body_left = left,
                _ => self.lost = true,
            }
        }
        taken
    }

    fn hold(&mut self, bytes: &[u8], on_piece: &mut impl FnMut(Piece<'_>)) {
        if self.fate != Fate::LongPlan {
            self.held.extend_from_slice(bytes);
        }
        if self.fate == Fate::Suspect {
            match begins_as_a_plan(self.held.get(HEADER..).unwrap_or_default()) {
                Some(true) => self.fate = Fate::Plan,
                Some(false) => self.let_pass(on_piece),
                None => {}
            }
        }
        if self.lost {
            return self.let_pass(on_piece);
        }
        if self.fate == Fate::Plan && self.held.len() > MOST_KEPT {
            self.fate = Fate::LongPlan;
            self.held = Vec::new();
        }
        self.end_if_whole(on_piece);
    }

    fn let_pass(&mut self, on_piece: &mut impl FnMut(Piece<'_>)) {
        self.fate = Fate::Pass;
        on_piece(Piece::Pass(&self.held));
        self.held.clear();
    }

    fn end_if_whole(&mut self, on_piece: &mut impl FnMut(Piece<'_>)) {
        if self.lost || self.header_read < HEADER || self.body_left > 0 {
            return;
        }
        self.header_read = 0;
        match self.fate {
            Fate::Pass => {}
            Fate::LongPlan => on_piece(Piece::Plan(None)),
            Fate::Answer => self.answer(on_piece),
            Fate::Suspect | Fate::Plan => match plan(&self.held[HEADER..]) {
                Some(plan) => on_piece(Piece::Plan(Some(&plan))),
                None => on_piece(Piece::Pass(&self.held)),
            },
        }
        self.held.clear();
        self.held.shrink_to(SPARE);
    }

    /// A message while the switch's answer comes. An error that ends the session is the program's, too.
    fn answer(&mut self, on_piece: &mut impl FnMut(Piece<'_>)) {
        let body = &self.held[HEADER..];
        match self.header[0] {
            b'E' if field(body, b'V').is_some_and(|severity| severity != "ERROR") => {
                on_piece(Piece::Pass(&self.held));
            }
            b'E' => {
                let why = field(body, b'M').unwrap_or_default();
                self.switch = Some(Err(why));
            }
            b'Z' => {
                if let Some(answer) = self.switch.take() {
                    on_piece(Piece::Switched(answer));
                }
            }
            _ => {}
        }
    }
}

/// Does a notice begin as one of `auto_explain` does? `None`: more of it has to come first. The severity comes before
/// the message: `send_message_to_frontend` in the server's source.
fn begins_as_a_plan(body: &[u8]) -> Option<bool> {
    let mut is_info = false;
    let mut rest = body;
    loop {
        let (kind, text) = rest.split_first()?;
        let end = text.iter().position(|byte| *byte == 0);
        match (kind, end) {
            (b'M', _) => {
                let read = &text[..end.unwrap_or(text.len()).min(BEGINNING.len())];
                return if !is_info || !BEGINNING.starts_with(read) {
                    Some(false)
                } else if read.len() == BEGINNING.len() {
                    Some(true)
                } else {
                    end.map(|_| false)
                };
            }
            (0, _) => return Some(false),
            (b'V', Some(end)) => is_info = &text[..end] == b"INFO",
            _ => {}
        }
        rest = &text[end? + 1..];
    }
}

/// The plan of a notice that begins as one does, if it is one of `auto_explain`.
fn plan(body: &[u8]) -> Option<String> {
    if field(body, b'R')? != "explain_ExecutorEnd" {
        return None;
    }
    let message = field(body, b'M')?;
    let (_, plan) = message.split_once(PLAN)?;
    Some(plan.to_owned())
}

/// A field of a notice or an error, by its type byte.
fn field(body: &[u8], kind: u8) -> Option<String> {
    let mut body = Body(body);
    loop {
        match body.u8()? {
            0 => return None,
            found => {
                let text = body.text()?;
                if found == kind {
                    return Some(text);
                }
            }
        }
    }
}
