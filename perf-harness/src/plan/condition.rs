//! The conditions that EXPLAIN writes: which columns they name. Pure, by tokens.

use super::token::{Token, tokens};

/// Does a condition name the key of an index: a column's name, or an expression? `alias` is what the query calls the table.
pub(super) fn names_key(condition: &str, alias: &str, key: &str) -> bool {
    let key = key
        .strip_prefix('(')
        .and_then(|key| key.strip_suffix(')'))
        .unwrap_or(key);
    let key: Vec<&str> = tokens(key).iter().map(|token| token.text).collect();
    let condition = unqualified(&tokens(condition), alias);
    if key.is_empty() {
        return false;
    }
    let mut windows = condition.windows(key.len()).enumerate();
    windows.any(|(at, window)| {
        // What has another table's name before it is another column.
        let is_of_another = at > 0 && condition[at - 1] == ".";
        window == key && !is_of_another
    })
}

/// The words of a condition without the alias before names.
fn unqualified<'t>(condition: &[Token<'t>], alias: &str) -> Vec<&'t str> {
    let quoted = format!("\"{}\"", alias.replace('"', "\"\""));
    let is_alias = |token: &Token<'_>| token.is_name() && [alias, &quoted].contains(&token.text);
    let mut words = Vec::new();
    let mut at = 0;
    while let Some(token) = condition.get(at) {
        let next = condition.get(at + 1);
        let is_first = words.last() != Some(&".");
        if is_first && is_alias(token) && next.is_some_and(|next| next.is_symbol(".")) {
            at += 2;
            continue;
        }
        words.push(token.text);
        at += 1;
    }
    words
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
        check(r"(a.b = E'\' slug '::text)", "a", "slug", false);
        check("(other.slug = 1)", "a", "slug", false);
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
