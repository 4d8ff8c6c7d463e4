//! Expressions as servers of several versions write them.

use super::*;

fn check(how: Literals, cases: &[(&str, &str)]) {
    for (expression, expected) in cases {
        assert_eq!(told(expression, Some("u"), how), *expected, "{expression}");
    }
}

#[test]
fn noise_goes_and_values_stay() {
    check(
        Literals::Shown,
        &[
            ("(u.id = 7)", "id = 7"),
            (
                "((u.status)::text = 'idle'::text)",
                "(status)::text = 'idle'",
            ),
            (
                "(u.at > '2024-01-01 00:00:00+00'::timestamp with time zone)",
                "at > '2024-01-01 00:00:00+00'",
            ),
            ("(u.price < '1.5'::numeric(10,2))", "price < '1.5'"),
            ("(u.id = ANY ('{1,2}'::integer[]))", "id = ANY ('{1,2}')"),
            ("(u.kind = 'a'::\"My Schema\".kind)", "kind = 'a'"),
            ("(u.name ~~ 'a%'::text)", "name LIKE 'a%'"),
            ("(u.name !~~* 'it''s ('::text)", "name NOT ILIKE 'it''s ('"),
            ("(u.path = E'a\\\\b\\'('::text)", "path = E'a\\\\b\\'('"),
            (
                "((u.a = 1) AND (u.b = 2) AND ((u.c = 3) OR (u.d = 4)))",
                "a = 1 AND b = 2 AND (c = 3 OR d = 4)",
            ),
            (
                "((u.a = 1) OR ((u.b = 2) AND (u.c = 3)))",
                "a = 1 OR (b = 2 AND c = 3)",
            ),
            ("(u.id = u_1.id)", "id = u_1.id"),
            ("(\"u\".\"Group\" = x.u)", "\"Group\" = x.u"),
            ("(u.id = $1)", "id = $1"),
            ("((u.name)::text = ($1)::text)", "(name)::text = $1"),
            (
                "(lower((u.name)::text) = 'a'::text)",
                "lower((name)::text) = 'a'",
            ),
            ("(u.score > (InitPlan 1).col1)", "score > (InitPlan 1).col1"),
            ("false", "false"),
            ("u.score DESC NULLS LAST", "score DESC NULLS LAST"),
            ("(lower(u.name)) DESC", "lower(name) DESC"),
            ("((u.a + u.b))", "a + b"),
            (
                "((u.words ->> 'a'::text) IS NOT NULL)",
                "(words ->> 'a') IS NOT NULL",
            ),
        ],
    );
}

#[test]
fn a_masked_value_is_two_dots_and_nothing_of_it_is_told() {
    check(
        Literals::Masked,
        &[
            ("(u.name = 'a secret'::text)", "name = .."),
            ("(u.name = E'a \\' secret'::text)", "name = .."),
            ("((u.a = 1.5) AND (u.b = $2))", "a = .. AND b = $2"),
            ("(u.id = ANY ('{1,2}'::integer[]))", "id = ANY (..)"),
            ("(u.open = true)", "open = .."),
            ("(u.x IS NOT NULL)", "x IS NOT NULL"),
            (
                "(u.x IS NOT DISTINCT FROM NULL::text)",
                "x IS NOT DISTINCT FROM ..",
            ),
            ("(NOT (hashed SubPlan 1))", "NOT (hashed SubPlan 1)"),
            ("false", "false"),
        ],
    );
}

#[test]
fn custom_and_generic_plans_have_one_shape() {
    let same = [
        ("(u.id = 7)", "(u.id = $1)"),
        ("(u.status = 'idle'::text)", "(u.status = ($1)::text)"),
        ("(u.id = ANY ('{1,2,3}'::integer[]))", "(u.id = ANY ($5))"),
        (
            "(u.id = ANY ('{1,2}'::integer[]))",
            "(u.id = ANY (ARRAY[$1, $2]))",
        ),
        (
            "(u.words @@ '''word'''::tsquery)",
            "(u.words @@ to_tsquery('simple'::regconfig, $1))",
        ),
        ("(u.n > 15)", "(u.n > ($1 + 5))"),
        (
            "(u.at > '2024-01-01'::date)",
            "(u.at > ($1 - '1 day'::interval))",
        ),
        (
            "(ROW(u.a, u.b) > ROW(1, 'x'::text))",
            "(ROW(u.a, u.b) > ROW($1, $2))",
        ),
    ];
    for (custom, generic) in same {
        let shape = |text| told(text, Some("u"), Literals::Left);
        assert_eq!(shape(custom), shape(generic), "{custom}");
        assert!(shape(custom).contains('?'), "{}", shape(custom));
    }
    assert_eq!(
        told("(ROW(u.a, u.b) > ROW($1, $2))", Some("u"), Literals::Left),
        "ROW(a, b) > ROW(?, ?)"
    );
}

#[test]
fn what_is_no_value_stays_in_the_shape() {
    check(
        Literals::Left,
        &[
            ("(u.at > (now() - '1 day'::interval))", "at > (now() - ?)"),
            ("((u.id)::numeric = 1.5)", "(id)::numeric = ?"),
            ("(u.id = lower(x.name))", "id = lower(x.name)"),
            ("(u.score + 42.5)", "score + ?"),
            ("(u.id % 7)", "id % ?"),
            ("false", "false"),
        ],
    );
}

#[test]
fn sub_plans_are_written_the_same_for_each_version() {
    let same = [
        (
            "(NOT (hashed SubPlan 1))",
            "(NOT (ANY (u.id = (hashed SubPlan 3).col1)))",
        ),
        (
            "(NOT (hashed SubPlan 1))",
            "(NOT (ANY ((u.id = (hashed SubPlan 1).col1) AND (u.x = (hashed SubPlan 1).col2))))",
        ),
        (
            "((u.a = 1) OR (hashed SubPlan 2))",
            "((u.a = 1) OR (ANY (u.id = (hashed SubPlan 2).col1)))",
        ),
        ("(NOT (SubPlan 1))", "(NOT EXISTS(SubPlan 2))"),
        ("(SubPlan 1)", "EXISTS(SubPlan 1)"),
        (
            "(SubPlan 1)",
            "(ALL (u.score > ((SubPlan 1).col1)::numeric))",
        ),
        ("(u.score > $0)", "(u.score > (InitPlan 1).col1)"),
        (
            "((u.score > $0) AND (u.score < $1))",
            "((u.score > (InitPlan 1).col1) AND (u.score < (InitPlan 2).col1))",
        ),
        ("(u.x = (SubPlan 1))", "(u.x = (SubPlan 4))"),
    ];
    for (before, since) in same {
        let shape = |text| told(text, Some("u"), Literals::Left);
        assert_eq!(shape(before), shape(since), "{before}");
        assert!(
            !shape(before).contains(|c: char| c.is_ascii_digit()),
            "{}",
            shape(before)
        );
    }
}

#[test]
fn what_is_cut_off_or_odd_is_told_as_it_is() {
    check(
        Literals::Shown,
        &[
            ("(u.a = 'open", "a = 'open"),
            ("", ""),
            ("u.a)", "a)"),
            ("ä = ♥ 'x'", "ä = ♥ 'x'"),
        ],
    );
}
