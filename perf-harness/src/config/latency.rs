//! What the environment says of assertions on latency.

use std::env;

use crate::error::SetupError;

const UNDECIDED: &str = "PERF_HARNESS_UNDECIDED";

/// Does a rule on latency that could not be decided fail its test?
pub(crate) fn undecided_fails() -> Result<bool, SetupError> {
    read(env::var(UNDECIDED).ok().as_deref())
}

fn read(value: Option<&str>) -> Result<bool, SetupError> {
    match value.map(str::trim) {
        None | Some("" | "warn") => Ok(false),
        Some("fail") => Ok(true),
        Some(other) => Err(SetupError::Setting {
            variable: UNDECIDED,
            value: other.to_owned(),
            expected: "`warn` or `fail`".to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_undecided_is_told_unless_it_is_to_fail() {
        let check = |value, expected: Result<bool, &str>| {
            let read = read(value).map_err(|error| error.to_string());
            assert_eq!(read.as_ref().map_err(String::as_str).copied(), expected);
        };
        check(None, Ok(false));
        check(Some(""), Ok(false));
        check(Some("warn"), Ok(false));
        check(Some(" fail "), Ok(true));
        check(
            Some("maybe"),
            Err("PERF_HARNESS_UNDECIDED is `maybe`, which is not `warn` or `fail`"),
        );
    }
}
