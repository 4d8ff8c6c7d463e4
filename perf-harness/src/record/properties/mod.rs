//! What the fingerprints promise, on statements made at random: see `statement` for their structure, `look` for what must
//! not matter.

mod look;
mod statement;

use proptest::prelude::*;

use super::fingerprint::strict;
use super::loose::loose;
use look::look;
use statement::{condition, statement};

fn loosely(sql: &str) -> String {
    loose(&[(1, sql)]).remove(0)
}

/// What no fingerprint may hold: each value is written with it.
const SECRET: &str = "77";

proptest! {
    #[test]
    fn values_widths_comments_and_layout_are_no_part_of_a_strict_shape(
        statement in statement(), one in look(), other in look(),
    ) {
        // Unlike the loose one it keeps words as they are written.
        let mut other = other;
        other.lower = one.lower;
        let (one, other) = (one.written(&statement), other.written(&statement));
        prop_assert_eq!(strict(&one), strict(&other), "{} | {}", one, other);
    }

    #[test]
    fn values_widths_comments_layout_and_case_are_no_part_of_a_loose_shape(
        statement in statement(), one in look(), other in look(),
    ) {
        let (one, other) = (one.written(&statement), other.written(&statement));
        prop_assert_eq!(loosely(&one), loosely(&other), "{} | {}", one, other);
    }

    #[test]
    fn other_conditions_are_another_strict_shape_and_the_same_loose_one(
        statement in statement(), conditions in prop::collection::vec(condition(), 1..4), one in look(),
    ) {
        prop_assume!(conditions != statement.conditions && !statement.conditions.is_empty());
        let mut other = statement.clone();
        other.conditions = conditions;
        let (written, other) = (one.written(&statement), one.written(&other));
        prop_assert_ne!(strict(&written), strict(&other), "{} | {}", written, other);
        prop_assert_eq!(loosely(&written), loosely(&other), "{} | {}", written, other);
    }

    #[test]
    fn no_value_is_in_a_fingerprint(statement in statement(), look in look()) {
        let sql = look.written(&statement);
        prop_assert!(!strict(&sql).contains(SECRET), "{}", sql);
        prop_assert!(!loosely(&sql).contains(SECRET), "{}", sql);
    }

    #[test]
    fn the_parser_reads_what_is_made_here(statement in statement(), look in look()) {
        prop_assume!(!statement.conditions.is_empty());
        let sql = look.written(&statement);
        prop_assert!(loosely(&sql).contains(" WHERE ..."), "{}", sql);
    }
}
