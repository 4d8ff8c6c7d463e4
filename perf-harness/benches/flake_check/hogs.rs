//! Processes that take what they can get of the processors.

use std::env;
use std::hint::black_box;
use std::process::{Child, Command, Stdio};

/// What makes this program one.
pub(crate) const WORD: &str = "hog";

/// Ends with its parent: killed by it, or when it is gone.
pub(crate) fn hog() -> ! {
    std::thread::spawn(|| {
        drop(std::io::copy(&mut std::io::stdin(), &mut std::io::sink()));
        std::process::exit(0);
    });
    let mut number = 0_u64;
    loop {
        number = black_box(
            number
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1),
        );
    }
}

/// They run while this lives.
pub(crate) struct Hogs(Vec<Child>);

impl Hogs {
    pub(crate) fn start(count: usize) -> Self {
        let program =
            env::current_exe().unwrap_or_else(|error| panic!("where is this program: {error}"));
        let start = |_| {
            let child = Command::new(&program)
                .arg(WORD)
                .stdin(Stdio::piped())
                .spawn();
            child.unwrap_or_else(|error| panic!("a hog could not start: {error}"))
        };
        Self((0..count).map(start).collect())
    }
}

impl Drop for Hogs {
    fn drop(&mut self) {
        for hog in &mut self.0 {
            drop(hog.kill());
            drop(hog.wait());
        }
    }
}
