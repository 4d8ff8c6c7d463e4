//! Each mistake is told once, where it is, with the right shape. The file's name is the mistake.

#[test]
fn each_mistake_is_told_once_where_it_is() {
    trybuild::TestCases::new().compile_fail("tests/fail/*.rs");
}
