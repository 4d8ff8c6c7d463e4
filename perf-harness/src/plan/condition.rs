//! The conditions that EXPLAIN writes: which columns they name. Pure, by tokens.

use std::ops::Range;

/// Does a condition name the key of an index: a column's name, or an expression? `alias` is what the query calls the table.
pub(super) fn names_key(condition: &str, alias: &str, key: &str) -> bool {
    let Unqualified {
        text: condition,
        literals,
    } = unqualified(condition, alias);
    let key = key
        .strip_prefix('(')
        .and_then(|key| key.strip_suffix(')'))
        .unwrap_or(key);
    if key.is_empty() {
        return false;
    }
    condition.match_indices(key).any(|(start, _)| {
        let end = start + key.len();
        let is_said = literals.iter().any(|literal| literal.contains(&start));
        !is_said && is_word_end(&condition[..start], false) && is_word_end(&condition[end..], true)
    })
}

/// Nothing of a name goes on here: before or after it. A qualifier belongs to another table.
fn is_word_end(rest: &str, after: bool) -> bool {
    let next = if after {
        rest.chars().next()
    } else {
        rest.chars().next_back()
    };
    !next.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '$' | '"') || !after && c == '.')
}

/// A condition without the alias before names, and where its literals are.
struct Unqualified {
    text: String,
    literals: Vec<Range<usize>>,
}

fn unqualified(condition: &str, alias: &str) -> Unqualified {
    let plain = format!("{alias}.");
    let quoted = format!("\"{}\".", alias.replace('"', "\"\""));
    let mut out = String::with_capacity(condition.len());
    let mut literals = Vec::new();
    let mut rest = condition;
    while let Some(c) = rest.chars().next() {
        if c == '\'' {
            let after = after_literal(rest);
            let start = out.len();
            out.push_str(&rest[..rest.len() - after.len()]);
            literals.push(start..out.len());
            rest = after;
            continue;
        }
        let begins = is_word_end(&out, false);
        let qualifier = [&plain, &quoted]
            .into_iter()
            .find(|qualifier| begins && rest.starts_with(qualifier.as_str()));
        if let Some(qualifier) = qualifier {
            rest = &rest[qualifier.len()..];
        } else {
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    Unqualified {
        text: out,
        literals,
    }
}

/// What follows a literal that begins here.
fn after_literal(text: &str) -> &str {
    let mut rest = &text[1..];
    while let Some(end) = rest.find('\'') {
        rest = &rest[end + 1..];
        match rest.strip_prefix('\'') {
            Some(more) => rest = more,
            None => return rest,
        }
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_names_the_key_or_another_one() {
        let check = |condition: &str, alias: &str, key: &str, expected: bool| {
            assert_eq!(
                names_key(condition, alias, key),
                expected,
                "{condition} {key}"
            );
        };
        check("(a.slug = 'x'::text)", "a", "slug", true);
        check("(slug = 'x'::text)", "a", "slug", true);
        check("(a.slug_like = 'x'::text)", "a", "slug", false);
        check("(a.my_slug = 'x'::text)", "a", "slug", false);
        check("(a.b = 'slug'::text)", "a", "slug", false);
        check("(a.b = 'it''s slug'::text)", "a", "slug", false);
        check("(b.author_id = a.id)", "b", "author_id", true);
        check("(b.author_id = a.id)", "b", "id", false);
        check("((a.\"Order\" > 3) AND (a.id < 9))", "a", "\"Order\"", true);
        check("(\"A b\".slug = 'x'::text)", "A b", "slug", true);
        check(
            "(lower((a.slug)::text) = 'x'::text)",
            "a",
            "lower((slug)::text)",
            true,
        );
        check(
            "(upper((a.slug)::text) = 'x'::text)",
            "a",
            "lower((slug)::text)",
            false,
        );
        check("((a.x + a.y) = 3)", "a", "(x + y)", true);
        check(
            "(ROW(a.created_at, a.id) < ROW($1, $2))",
            "a",
            "created_at",
            true,
        );
        check("(a.id = ANY ('{1,2}'::bigint[]))", "a", "id", true);
        check("(a.id = 1", "a", "", false);
        let day = "(((at AT TIME ZONE 'UTC'::text))::date)";
        let condition = "(((a.at AT TIME ZONE 'UTC'::text))::date = '2025-05-05'::date)";
        check(condition, "a", day, true);
        check(
            "((a.data ->> 'x'::text) = 'y'::text)",
            "a",
            "(data ->> 'x'::text)",
            true,
        );
        check(
            "((a.data ->> 'z'::text) = 'y'::text)",
            "a",
            "(data ->> 'x'::text)",
            false,
        );
    }
}
