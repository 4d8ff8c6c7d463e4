//! A hash that is the same in every build, on every machine and with every toolchain: names are made from it.

use sha2::{Digest as _, Sha256};

/// SHA-256 of parts that cannot run into each other, cut to 128 bits.
pub(super) struct Digest(Sha256);

impl Digest {
    pub(super) fn new() -> Self {
        Self(Sha256::new())
    }

    pub(super) fn add(&mut self, part: impl AsRef<[u8]>) {
        let part = part.as_ref();
        self.0.update((part.len() as u64).to_le_bytes());
        self.0.update(part);
    }

    /// 32 hexadecimal digits.
    pub(super) fn finish(self) -> String {
        let bytes = self.0.finalize();
        let digits = bytes[..16].iter().map(|byte| format!("{byte:02x}"));
        digits.collect()
    }
}

/// The digest of a few parts.
pub(super) fn of<T: AsRef<[u8]>>(parts: impl IntoIterator<Item = T>) -> String {
    let mut digest = Digest::new();
    parts.into_iter().for_each(|part| digest.add(part));
    digest.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_parts_give_the_same_digest_in_every_build() {
        assert_eq!(of(["a", "b"]), of(["a", "b"]));
        // By another implementation: Python's hashlib, over the length and the text.
        assert_eq!(of(["abc"]), "ce91dc5eec0139adf091900d225971d6");
    }

    #[test]
    fn parts_do_not_run_into_each_other() {
        assert_ne!(of(["ab", "c"]), of(["a", "bc"]));
        assert_ne!(of(["a", ""]), of(["a"]));
    }
}
