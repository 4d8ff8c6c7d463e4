//! The attributes beside ours, and what they are for.

use syn::Attribute;

/// Does it set the level of a lint?
pub(crate) fn is_lint(attribute: &Attribute) -> bool {
    is_one_of(attribute, &["allow", "warn", "deny", "forbid"]) || is_expect(attribute)
}

/// An expectation must be met wherever it stands: it cannot stand in two places.
pub(crate) fn is_expect(attribute: &Attribute) -> bool {
    attribute.path().is_ident("expect")
}

/// Is the test meant to panic?
pub(crate) fn is_should_panic(attribute: &Attribute) -> bool {
    attribute.path().is_ident("should_panic")
}

/// Does it belong to a function that is no test, too?
pub(crate) fn is_plain(attribute: &Attribute) -> bool {
    is_lint(attribute) || is_one_of(attribute, &["cfg", "doc"])
}

/// `#[test]`, `#[tokio::test]`, `#[perf_test]`: does it make one test of the function below it?
pub(crate) fn makes_a_test(attribute: &Attribute) -> bool {
    ends_in_one_of(attribute, &["test", "perf_test"])
}

/// Does it make tests of its own, one for each case, of the function below it?
///
/// Only names that are known to: to take another one for such would leave a test that never runs.
pub(crate) fn makes_cases(attribute: &Attribute) -> bool {
    ends_in_one_of(attribute, &["rstest", "test_case", "test_matrix"])
}

/// Does it make cases if the function has arguments for them? Other crates use these names for other things.
pub(crate) fn may_make_cases(attribute: &Attribute) -> bool {
    ends_in_one_of(attribute, &["apply", "case", "parameterized"])
}

/// Does it make rstest wait for a future before the test starts?
pub(crate) fn awaits(attribute: &Attribute) -> bool {
    is_one_of(attribute, &["future", "awt"])
}

fn is_one_of(attribute: &Attribute, names: &[&str]) -> bool {
    names.iter().any(|name| attribute.path().is_ident(name))
}

fn ends_in_one_of(attribute: &Attribute, names: &[&str]) -> bool {
    let last = attribute.path().segments.last();
    last.is_some_and(|last| names.iter().any(|name| last.ident == name))
}
