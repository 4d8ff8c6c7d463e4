//! Noise for tests: the same in every run.

/// A xorshift generator: G. Marsaglia, "Xorshift RNGs", Journal of Statistical Software 8(14), 2003.
pub(crate) struct Noise(u64);

impl Noise {
    /// `seed` must not be 0.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number from 0 to `end`, `end` left out.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end as u64).expect("below a usize")
    }

    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    pub(crate) fn byte(&mut self) -> u8 {
        u8::try_from(self.below(256)).expect("below 256")
    }

    pub(crate) fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.byte()).collect()
    }

    /// A text that is nearly SQL: what quotes, comments and brackets are made of, in any order.
    pub(crate) fn sql(&mut self, parts: usize) -> String {
        const PARTS: &[&str] = &[
            "'",
            "''",
            "\"",
            "\\",
            "$",
            "$$",
            "$1",
            "$é$",
            "$a$",
            "--",
            "\n",
            "\r",
            "/*",
            "*/",
            "E'",
            "u&'",
            "U&\"",
            "(",
            ")",
            "[",
            "]",
            ",",
            ";",
            ":",
            "::",
            ".",
            "..",
            "-",
            "+",
            "->>",
            "@>",
            "?",
            " ",
            "\u{a0}",
            "é",
            "→",
            "𝒳",
            "\0",
            "1",
            "1.5e",
            "0x1E-",
            "_",
            "a",
            "SELECT",
            "FROM",
            "pg_type",
            "IN (",
            "ARRAY[",
            "VALUES (",
            "CAST(",
            "AS",
            "WITH",
            "DATE",
            "NULL",
            "CREATE",
            "FUNCTION",
            "BEGIN",
            "CASE",
            "END",
            "DEALLOCATE",
        ];
        (0..parts).map(|_| self.pick(PARTS)).collect()
    }
}
