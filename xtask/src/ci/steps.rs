//! The steps of CI in the order they run: what fails most often first. Data only.

use std::path::Path;

use crate::error::SetupError;
use crate::{demo, harness, tidy};

/// One thing that CI does, by the command line that repeats it.
pub(super) struct Step {
    pub(super) environment: &'static [(&'static str, &'static str)],
    /// What follows `cargo`.
    pub(super) arguments: &'static [&'static str],
    pub(super) work: Work,
}

/// How a step is carried out.
pub(super) enum Work {
    /// Cargo, with what every machine that builds the workspace has.
    Cargo,
    /// Cargo, with a subcommand that a machine may lack.
    CargoWith(Tool),
    /// A command of this program, called in this process.
    Here(fn(&Path) -> Result<bool, SetupError>),
}

/// A cargo subcommand that is installed apart.
pub(super) struct Tool {
    pub(super) name: &'static str,
    pub(super) install: &'static str,
    /// Whether a run with `CI=true` fails without it, rather than skip the step.
    pub(super) required_in_ci: bool,
}

pub(super) const STEPS: &[Step] = &[
    Step::cargo(&["fmt", "--all", "--check"]),
    Step {
        environment: &[],
        arguments: &["xtask", "tidy"],
        work: Work::Here(tidy::run),
    },
    Step::cargo(&[
        "clippy",
        "--workspace",
        "--all-targets",
        "--all-features",
        "--",
        "-D",
        "warnings",
    ]),
    Step {
        environment: &[("RUSTDOCFLAGS", "-D warnings")],
        arguments: &["doc", "--workspace", "--no-deps", "--all-features"],
        work: Work::Cargo,
    },
    Step::cargo(&["test", "--workspace"]),
    Step {
        environment: &[],
        arguments: &["nextest", "run", "--workspace", "--profile", "ci"],
        work: Work::CargoWith(Tool {
            name: "cargo-nextest",
            install: "cargo install --locked cargo-nextest",
            required_in_ci: true,
        }),
    },
    // Of the run above, whose summary this is: other runs follow.
    Step {
        environment: &[],
        arguments: &["xtask", "budgets", "--check"],
        work: Work::Here(harness::budgets_hold),
    },
    Step {
        environment: &[],
        arguments: &["xtask", "demo"],
        work: Work::Here(demo::passes),
    },
    Step {
        environment: &[],
        arguments: &[
            "deny",
            "--all-features",
            "check",
            "licenses",
            "bans",
            "sources",
        ],
        work: Work::CargoWith(Tool {
            name: "cargo-deny",
            install: "cargo install --locked cargo-deny",
            required_in_ci: false,
        }),
    },
    // Call sites are found in a program that is optimised, too, as long as it has line tables. With the features of all members,
    // for those are compiled already.
    Step::cargo(&[
        "test",
        "--workspace",
        "--test",
        "sites",
        "--config",
        "profile.dev.package.acceptance.opt-level=3",
    ]),
    // Each bench once: whether it works.
    Step::cargo(&["test", "--workspace", "--benches"]),
    // What the workspace's own features hide.
    Step::cargo(&[
        "check",
        "--package",
        "perf-harness",
        "--no-default-features",
    ]),
    Step::cargo(&[
        "check",
        "--package",
        "example-service",
        "--no-default-features",
    ]),
    Step::cargo(&[
        "check",
        "--package",
        "perf-harness",
        "--no-default-features",
        "--features",
        "snapshot",
    ]),
];

impl Step {
    const fn cargo(arguments: &'static [&'static str]) -> Self {
        Self {
            environment: &[],
            arguments,
            work: Work::Cargo,
        }
    }

    /// Is it what the README has a newcomer type?
    pub(super) fn is_cargo_test(&self) -> bool {
        self.arguments == ["test", "--workspace"]
    }

    /// The step as one types it.
    pub(super) fn command_line(&self) -> String {
        let environment = self
            .environment
            .iter()
            .map(|(name, value)| format!("{name}=\"{value}\" "));
        environment.collect::<String>() + "cargo " + &self.arguments.join(" ")
    }
}
