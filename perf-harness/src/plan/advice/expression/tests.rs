//! Conditions as EXPLAIN writes them, and what is read of them.

use super::*;

fn shape(expression: &Expression) -> String {
    let all = |parts: &[Expression]| parts.iter().map(shape).collect::<Vec<_>>().join(" ");
    match &expression.form {
        Form::Column(table, name) => format!("{table}.{name}"),
        Form::Constant => "_".to_owned(),
        Form::Call(name, parts) => format!("{name}[{}]", all(parts)),
        Form::Cast(part, to) => format!("cast[{} {to}]", shape(part)),
        Form::Infix(left, operator, right) => {
            format!("[{} {operator} {}]", shape(left), shape(right))
        }
        Form::And(parts) => format!("and[{}]", all(parts)),
        Form::Or(parts) => format!("or[{}]", all(parts)),
        Form::Not(part) => format!("not[{}]", shape(part)),
        Form::Null(part, is) => format!("null[{} {is}]", shape(part)),
        Form::Row(parts) => format!("row[{}]", all(parts)),
        Form::Other(parts) => format!("other[{}]", all(parts)),
    }
}

#[test]
fn a_condition_is_read_as_it_is_meant() {
    let check = |text: &str, expected: &str| {
        let read = Expression::read(text, "a");
        assert_eq!(
            read.as_ref().map(shape).as_deref(),
            Some(expected),
            "{text}"
        );
    };
    check("(a.id = 5)", "[a.id = _]");
    check(
        "((a.x = 1) AND (a.y > $1) AND a.flag)",
        "and[[a.x = _] [a.y > _] a.flag]",
    );
    check("((a.slug)::text = 'x'::text)", "[cast[a.slug text] = _]");
    check(
        "(lower((a.slug)::text) = 'x'::text)",
        "[lower[cast[a.slug text]] = _]",
    );
    check("(a.id = ANY ('{1,2}'::bigint[]))", "[a.id = ANY _]");
    check("(NOT a.flag)", "not[a.flag]");
    check("(a.deleted_at IS NOT NULL)", "null[a.deleted_at false]");
    check(
        "(ROW(a.at, a.id) < ROW($1, 5))",
        "[row[a.at a.id] < row[_ _]]",
    );
    check(
        "(a.at >= '2026-01-01 00:00:00+00'::timestamp with time zone)",
        "[a.at >= _]",
    );
    check(
        "((a.at)::timestamp(3) without time zone = b.at)",
        "[cast[a.at timestamp(3) without time zone] = b.at]",
    );
    check(
        "((a.n)::numeric(10,2) < 3.5)",
        "[cast[a.n numeric(10,2)] < _]",
    );
    check(
        "((a.data ->> 'k'::text) = 'v'::text)",
        "[[a.data ->> _] = _]",
    );
    check(
        "((a.at AT TIME ZONE 'UTC'::text) > now())",
        "[other[a.at _] > now[]]",
    );
    check(
        "(EXTRACT(year FROM a.at) = '2026'::numeric)",
        "[EXTRACT[other[.year a.at]] = _]",
    );
    check(
        "(a.name = b.\"Full \"\"name\"\"\")",
        "[a.name = b.\"Full \"\"name\"\"\"]",
    );
    check(
        "(CASE WHEN (a.x > 1) THEN a.y ELSE 0 END = 3)",
        "[other[[a.x > _] a.y _] = _]",
    );
    check("((SubPlan 1) = a.id)", "[other[] = a.id]");
    check("(a.id = (InitPlan 1).col1)", "[a.id = other[_]]");
    check("(a.tags[1] = 'x'::text)", "[other[a.tags _] = _]");
    check(
        "(pg_catalog.lower(a.b) IS DISTINCT FROM 'x'::text)",
        "other[lower[a.b] _]",
    );
    check("((a.b COLLATE \"C\") = 'x'::text)", "[other[a.b] = _]");
    check("(a.b = ANY (ARRAY[1, $2]))", "[a.b = ANY _]");
    check("(a.x = (- b.y))", "[a.x = other[b.y]]");
    check("(a.b OR (a.c IS NULL))", "or[a.b null[a.c true]]");
}

#[test]
fn its_text_is_without_the_tables_name() {
    let check = |text: &str, alias: &str, expected: &str| {
        assert_eq!(Expression::read(text, alias).unwrap().text, expected);
    };
    check(
        "(lower((a.slug)::text) = 'a.b'::text)",
        "a",
        "(lower((slug)::text) = 'a.b'::text)",
    );
    check("(\"A b\".x < b.y)", "A b", "(x < b.y)");
}

#[test]
fn what_is_not_understood_is_no_condition() {
    for text in ["", "(a.b =", "(a.b = 1", "a.b)", ") (", "(a. = 1)"] {
        assert_eq!(Expression::read(text, "a"), None, "{text}");
    }
    let deep = format!("{}a.b{}", "(".repeat(5_000), ")".repeat(5_000));
    assert_eq!(Expression::read(&deep, "a"), None);
}

#[test]
fn only_brackets_around_all_of_it_are_taken_away() {
    let check = |text: &str, expected: &str| assert_eq!(bare(text), expected);
    check("((created_at)::date)", "(created_at)::date");
    check("((x + y))", "x + y");
    check("(a) + (b)", "(a) + (b)");
    check("(')')", "')'");
    check("slug", "slug");
}

#[test]
fn its_columns_are_named_with_their_tables() {
    let read = Expression::read("((a.x + b.y) = lower(a.z))", "a").unwrap();
    assert_eq!(read.columns(), [("a", "x"), ("b", "y"), ("a", "z")]);
}
