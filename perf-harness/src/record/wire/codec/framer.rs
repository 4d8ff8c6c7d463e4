//! Where one message ends and the next begins.

/// The most of one message that is kept. What is longer is forwarded in full and read in part.
const MOST_KEPT: usize = 1 << 20;

/// No message is longer: `PQ_LARGE_MESSAGE_LIMIT` in the server's source.
const LONGEST: usize = 0x3fff_fffe;

/// What a buffer may keep of its size when its message was read.
const SPARE: usize = 1 << 16;

/// Cuts one direction of a connection into messages, however its bytes arrive.
#[derive(Debug, Default)]
pub(crate) struct Framer {
    header: [u8; 5],
    header_read: usize,
    body: Vec<u8>,
    body_left: usize,
    beyond: Option<u64>,
    wanted: bool,
    lost: bool,
}

/// One message: its type byte and, where it was wanted, its body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Frame<'a> {
    pub(crate) tag: u8,
    pub(crate) body: &'a [u8],
    /// Of a body that is too long to be kept: a hash of the bytes that are missing.
    pub(crate) beyond: Option<u64>,
}

/// A length that no message can have: from here on nothing can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OutOfStep;

impl Framer {
    /// Feeds bytes and calls `on_frame` for each message that they complete.
    ///
    /// `wants` says of which message types the body is needed; the others are counted past.
    pub(crate) fn feed(
        &mut self,
        mut bytes: &[u8],
        wants: impl Fn(u8) -> bool,
        mut on_frame: impl FnMut(Result<Frame<'_>, OutOfStep>),
    ) {
        while !bytes.is_empty() && !self.lost {
            if self.header_read < self.header.len() {
                bytes = self.feed_header(bytes, &wants);
            } else {
                bytes = self.feed_body(bytes);
            }
            if self.lost {
                on_frame(Err(OutOfStep));
            } else if self.header_read == self.header.len() && self.body_left == 0 {
                on_frame(Ok(Frame {
                    tag: self.header[0],
                    body: &self.body,
                    beyond: self.beyond,
                }));
                self.start_over();
            }
        }
    }

    /// Does the next byte begin a message?
    pub(crate) fn is_between(&self) -> bool {
        self.header_read == 0 && !self.lost
    }

    fn start_over(&mut self) {
        self.header_read = 0;
        self.beyond = None;
        self.body.clear();
        self.body.shrink_to(SPARE);
    }

    fn feed_header<'a>(&mut self, bytes: &'a [u8], wants: impl Fn(u8) -> bool) -> &'a [u8] {
        let taken = bytes.len().min(self.header.len() - self.header_read);
        self.header[self.header_read..][..taken].copy_from_slice(&bytes[..taken]);
        self.header_read += taken;
        if self.header_read == self.header.len() {
            let [tag, length @ ..] = self.header;
            let length = u32::from_be_bytes(length) as usize;
            self.wanted = wants(tag);
            // The length counts itself, but not the type byte.
            match length.checked_sub(4) {
                Some(left) if length <= LONGEST => self.body_left = left,
                _ => self.lost = true,
            }
        }
        &bytes[taken..]
    }

    fn feed_body<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let (taken, rest) = bytes.split_at(bytes.len().min(self.body_left));
        if self.wanted {
            let room = MOST_KEPT.saturating_sub(self.body.len());
            let (kept, missing) = taken.split_at(taken.len().min(room));
            self.body.extend_from_slice(kept);
            self.hash(missing);
        }
        self.body_left -= taken.len();
        rest
    }

    /// FNV-1a: <https://datatracker.ietf.org/doc/draft-eastlake-fnv/>. It has no seed and no blocks, so
    /// equal messages are equal however they were cut.
    fn hash(&mut self, missing: &[u8]) {
        if missing.is_empty() {
            return;
        }
        let before = self.beyond.unwrap_or(0xcbf2_9ce4_8422_2325);
        let hash = missing.iter().fold(before, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        });
        self.beyond = Some(hash);
    }

    /// How many bytes it holds on to.
    #[cfg(test)]
    pub(crate) fn held(&self) -> usize {
        self.body.capacity()
    }
}
