//! Moments that look random, for processes to be killed at.

use std::time::Duration;

/// Numbers that look random: xorshift64, Marsaglia 2003.
pub(crate) struct Dice(u64);

impl Dice {
    /// Another one in each process; it is printed, for a run that failed to be repeated.
    #[expect(clippy::print_stdout, reason = "a run that failed can be repeated")]
    pub(crate) fn of_this_process() -> Self {
        let seed = u64::from(std::process::id()) << 20 | 1;
        println!("seed {seed}");
        Self(seed)
    }

    pub(crate) fn up_to(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % most
    }

    /// Within one of so many milliseconds: often early, sometimes late.
    pub(crate) fn moment(&mut self, within: &[u64]) -> Duration {
        let which = self.up_to(within.len() as u64);
        let most = within[usize::try_from(which).expect("an index")];
        Duration::from_millis(self.up_to(most))
    }
}
