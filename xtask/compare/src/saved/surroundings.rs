//! Where programs were built and are to run: what has to be the same for two of them to be compared.

use serde::{Deserialize, Serialize};

/// Without the machine's name, which would tell who it is and not what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Surroundings {
    /// All that `rustc -vV` says.
    pub(crate) toolchain: String,
    pub(crate) rustflags: String,
    pub(crate) profile: String,
    pub(crate) machine: Machine,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Machine {
    pub(crate) processor: String,
    pub(crate) processors: usize,
    pub(crate) os: String,
    pub(crate) architecture: String,
}

impl Surroundings {
    /// Each thing that was so and is otherwise now, in a line of its own.
    pub(super) fn differences(&self, now: &Self) -> Vec<String> {
        let (then, here) = (&self.machine, &now.machine);
        let (toolchain, toolchain_now) = first_difference(&self.toolchain, &now.toolchain);
        let all = [
            ("processor", then.processor.clone(), here.processor.clone()),
            (
                "number of processors",
                then.processors.to_string(),
                here.processors.to_string(),
            ),
            ("operating system", then.os.clone(), here.os.clone()),
            (
                "architecture",
                then.architecture.clone(),
                here.architecture.clone(),
            ),
            ("toolchain", toolchain, toolchain_now),
            ("RUSTFLAGS", self.rustflags.clone(), now.rustflags.clone()),
            ("profile", self.profile.clone(), now.profile.clone()),
        ];
        let different = all.into_iter().filter(|(_, then, now)| then != now);
        different
            .map(|(what, then, now)| format!("the {what} was `{then}` and is `{now}`"))
            .collect()
    }
}

/// The first lines that are not the same, or nothing of both.
fn first_difference(then: &str, now: &str) -> (String, String) {
    let (mut then, mut now) = (then.lines(), now.lines());
    loop {
        match (then.next(), now.next()) {
            (None, None) => return <(String, String)>::default(),
            (then, now) if then == now => {}
            (then, now) => {
                let told = |line: Option<&str>| line.unwrap_or_default().to_owned();
                return (told(then), told(now));
            }
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::saved) fn some() -> Surroundings {
        Surroundings {
            toolchain: "rustc 1.95.0 (a 2026-04-14)\nhost: x\nLLVM version: 22".to_owned(),
            rustflags: String::new(),
            profile: "bench".to_owned(),
            machine: Machine {
                processor: "AMD EPYC 7B13".to_owned(),
                processors: 2,
                os: "linux".to_owned(),
                architecture: "x86_64".to_owned(),
            },
        }
    }

    #[test]
    fn what_is_otherwise_is_told_with_both_values() {
        let check = |change: &dyn Fn(&mut Surroundings), told: &str| {
            let mut now = some();
            change(&mut now);
            assert_eq!(some().differences(&now), [told]);
        };
        check(
            &|now| now.machine.processor = "M5".to_owned(),
            "the processor was `AMD EPYC 7B13` and is `M5`",
        );
        check(
            &|now| now.machine.processors = 8,
            "the number of processors was `2` and is `8`",
        );
        check(
            &|now| now.machine.os = "macos".to_owned(),
            "the operating system was `linux` and is `macos`",
        );
        check(
            &|now| now.machine.architecture = "aarch64".to_owned(),
            "the architecture was `x86_64` and is `aarch64`",
        );
        check(
            &|now| now.toolchain = now.toolchain.replace("22", "23"),
            "the toolchain was `LLVM version: 22` and is `LLVM version: 23`",
        );
        check(
            &|now| now.toolchain += "\nmore",
            "the toolchain was `` and is `more`",
        );
        check(
            &|now| now.rustflags = "-C target-cpu=native".to_owned(),
            "the RUSTFLAGS was `` and is `-C target-cpu=native`",
        );
        check(
            &|now| now.profile = "release".to_owned(),
            "the profile was `bench` and is `release`",
        );
        assert_eq!(some().differences(&some()), Vec::<String>::new());
    }
}
