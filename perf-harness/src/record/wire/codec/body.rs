//! The fields of a message's body, read from front to back.

/// What is left of a message's body.
pub(crate) struct Body<'a>(pub(crate) &'a [u8]);

impl<'a> Body<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    pub(crate) fn u8(&mut self) -> Option<u8> {
        self.take(1).map(|bytes| bytes[0])
    }

    pub(crate) fn u16(&mut self) -> Option<u16> {
        Some(u16::from_be_bytes(self.take(2)?.try_into().ok()?))
    }

    pub(crate) fn u32(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.take(4)?.try_into().ok()?))
    }

    /// A count and as many items. Of a message that was cut, those that are left.
    pub(crate) fn list<T>(&mut self, item: impl Fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let count = self.u16()?;
        Some((0..count).map_while(|_| item(self)).collect())
    }

    /// A value's length, -1 for `NULL`, and its bytes: all, or those that are left.
    pub(crate) fn value(&mut self) -> Option<(Option<&'a [u8]>, Whole)> {
        let length = match self.u32()? {
            u32::MAX => return Some((None, Whole::Yes)),
            length => length as usize,
        };
        Some(match self.take(length) {
            Some(all) => (Some(all), Whole::Yes),
            None => (self.take(self.0.len()), Whole::No),
        })
    }

    /// A name: ends with a zero byte, and names are what programs say they are.
    pub(crate) fn name(&mut self) -> Option<&'a str> {
        let end = self.0.iter().position(|byte| *byte == 0)?;
        let name = std::str::from_utf8(self.take(end)?).ok()?;
        self.take(1)?;
        Some(name)
    }

    /// A text: ends with a zero byte, or where the message was cut. Other encodings lose letters.
    pub(crate) fn text(&mut self) -> Option<String> {
        let end = self.0.iter().position(|byte| *byte == 0);
        let text = self.take(end.unwrap_or(self.0.len()))?;
        if end.is_some() {
            self.take(1)?;
        }
        Some(String::from_utf8_lossy(text).into_owned())
    }
}

/// Was all of a value kept?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whole {
    Yes,
    No,
}
