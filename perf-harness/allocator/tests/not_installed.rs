//! A program whose allocator does not count.

#[test]
fn an_allocator_that_does_not_count_is_noticed() {
    assert!(!perf_harness_allocator::is_installed());
}
