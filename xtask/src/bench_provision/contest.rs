//! Who competes, in which ways, over what.

/// One way to give fifty tests a database each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Contender {
    /// The test program of the fixture.
    pub(super) program: &'static str,
    pub(super) label: &'static str,
    /// What all contenders of one task have in common.
    pub(super) task: &'static str,
}

/// How the tests of a program are run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// In one process, by `cargo test -- --test-threads`.
    Threads(u8),
    /// In a process each, so many at a time, as nextest does.
    Processes(usize),
}

impl Way {
    pub(super) fn label(self) -> String {
        match self {
            Self::Threads(1) => "1 thread".to_owned(),
            Self::Threads(threads) => format!("{threads} threads"),
            Self::Processes(at_once) => format!("a process each, {at_once} at once"),
        }
    }
}

/// How many tests each program has: `t01` to `t50`.
pub(super) const TESTS: u16 = 50;

pub(super) const WAYS: [Way; 4] = [
    Way::Threads(1),
    Way::Threads(2),
    Way::Threads(4),
    Way::Processes(2),
];

/// The first of each task is what the others are compared with.
pub(super) const CONTENDERS: [Contender; 9] = [
    Contender {
        program: "perf_test_5",
        label: "#[perf_test]",
        task: "5 migrations",
    },
    Contender {
        program: "read_only_5",
        label: "#[perf_test(read_only)]",
        task: "5 migrations",
    },
    Contender {
        program: "plain_5",
        label: "CREATE DATABASE .. TEMPLATE",
        task: "5 migrations",
    },
    Contender {
        program: "sqlx_test_5",
        label: "#[sqlx::test]",
        task: "5 migrations",
    },
    Contender {
        program: "perf_test_30",
        label: "#[perf_test]",
        task: "30 migrations",
    },
    Contender {
        program: "plain_30",
        label: "CREATE DATABASE .. TEMPLATE",
        task: "30 migrations",
    },
    Contender {
        program: "sqlx_test_30",
        label: "#[sqlx::test]",
        task: "30 migrations",
    },
    Contender {
        program: "perf_test_25mb",
        label: "#[perf_test]",
        task: "25 MB of rows",
    },
    Contender {
        program: "plain_25mb",
        label: "CREATE DATABASE .. TEMPLATE",
        task: "25 MB of rows",
    },
];

/// The names of the tests of a program.
pub(super) fn tests() -> impl Iterator<Item = String> {
    (1..=TESTS).map(|number| format!("t{number:02}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_task_begins_with_ours() {
        let mut tasks = Vec::new();
        for contender in CONTENDERS {
            if !tasks.contains(&contender.task) {
                tasks.push(contender.task);
                assert_eq!(contender.label, "#[perf_test]", "{contender:?}");
            }
        }
        assert_eq!(tasks.len(), 3);
    }

    #[test]
    fn the_tests_are_named_as_the_fixture_names_them() {
        let names: Vec<String> = tests().collect();
        assert_eq!(names.first().map(String::as_str), Some("t01"));
        assert_eq!(names.last().map(String::as_str), Some("t50"));
    }
}
