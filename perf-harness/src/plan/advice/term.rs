//! One condition on a table, as an index would see it: what is compared, and how. Pure.

use super::super::catalog::Table;
use super::expression::{Expression, Form, bare, unquoted};

/// A table, and what the query calls it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Named<'a> {
    pub(super) alias: &'a str,
    pub(super) table: &'a Table,
}

impl Named<'_> {
    /// The type of a column, which is given as SQL writes it.
    pub(super) fn type_of(&self, column: &str) -> Option<&str> {
        let name = unquoted(column);
        let known = self.table.columns.iter().find(|known| known.name == name);
        known.map(|known| known.type_name.as_str())
    }
}

/// What an index can hold: a column or an expression over columns of one table.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    /// As `CREATE INDEX` takes it.
    pub(super) sql: String,
    /// The columns in it, as SQL writes them.
    pub(super) columns: Vec<String>,
    pub(super) kind: KeyKind,
}

/// What is done with the column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum KeyKind {
    Column,
    Cast,
    Function,
    /// An operator, or something that is not understood further.
    Expression,
}

impl Key {
    /// The same key, whatever brackets are around it.
    pub(super) fn is(&self, written: &str) -> bool {
        bare(&self.sql) == bare(written)
    }
}

/// How a key is compared.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Use {
    /// With one value, or `IS NULL`: what follows in an index is ordered.
    Equal,
    /// With one of several.
    Any,
    Range,
    /// `LIKE 'x%'`
    Prefix,
    /// `LIKE '%x%'`, `ILIKE`, a regular expression, `%`. Is it said how it begins? `None` for a parameter.
    Pattern {
        anchored: Option<bool>,
        operator: String,
    },
    /// `@@`
    Words,
    /// `@>`, `<@`, `&&`, `?`: by its operator.
    Holds(String),
}

/// A condition that an index could serve, were there one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Term {
    /// Several for `ROW(a, b) < ROW(1, 2)`.
    pub(super) keys: Vec<Key>,
    pub(super) used: Use,
    /// As it was written, without the table's name.
    pub(super) condition: String,
    /// The value is written in the statement, and may be the same each time.
    pub(super) is_fixed: bool,
    /// The other side is of another table.
    pub(super) joins: bool,
}

impl Term {
    pub(super) fn key(&self) -> &Key {
        &self.keys[0]
    }
}

/// What a condition asks of a table.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Terms {
    /// All of them hold.
    pub(super) all: Vec<Term>,
    /// Of each list at least one of the parts holds.
    pub(super) either: Vec<Vec<Terms>>,
    /// The texts of `either`.
    pub(super) either_texts: Vec<String>,
    /// Conditions that no index serves.
    pub(super) other: Vec<String>,
}

impl Terms {
    /// Of a condition as EXPLAIN writes it.
    pub(super) fn read(condition: &str, of: Named<'_>) -> Self {
        let mut terms = Self::default();
        match Expression::read(condition, of.alias) {
            Some(expression) => terms.add(&expression, of),
            None => terms.other.push(condition.to_owned()),
        }
        terms
    }

    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty() && self.either.is_empty()
    }

    /// All that this one and another one say, each once.
    pub(super) fn extend(&mut self, more: Self) {
        for term in more.all {
            let is_known = |known: &Term| known.keys == term.keys && known.used == term.used;
            if !self.all.iter().any(is_known) {
                self.all.push(term);
            }
        }
        for (parts, text) in more.either.into_iter().zip(more.either_texts) {
            if !self.either_texts.contains(&text) {
                self.either.push(parts);
                self.either_texts.push(text);
            }
        }
        for text in more.other {
            if !self.other.contains(&text) {
                self.other.push(text);
            }
        }
    }

    fn add(&mut self, expression: &Expression, of: Named<'_>) {
        match &expression.form {
            Form::And(parts) => parts.iter().for_each(|part| self.add(part, of)),
            Form::Or(parts) => self.add_either(expression, parts, of),
            _ => match term(expression, of) {
                Some(term) => self.all.push(term),
                None => self.other.push(expression.text.clone()),
            },
        }
    }

    fn add_either(&mut self, expression: &Expression, parts: &[Expression], of: Named<'_>) {
        let parts = parts.iter().map(|part| {
            let mut terms = Self::default();
            terms.add(part, of);
            terms
        });
        let parts: Vec<Self> = parts.collect();
        if parts.iter().any(Self::is_empty) {
            self.other.push(expression.text.clone());
        } else {
            self.either.push(parts);
            self.either_texts.push(expression.text.clone());
        }
    }
}

fn term(expression: &Expression, of: Named<'_>) -> Option<Term> {
    let made = |keys: Vec<Key>, used: Use, is_fixed: bool, joins: bool| Term {
        keys,
        used,
        condition: expression.text.clone(),
        is_fixed,
        joins,
    };
    match &expression.form {
        Form::Infix(left, operator, right) => {
            let (own, other) = sides(left, right, of.alias)?;
            let used = used(operator, other)?;
            let joins = !other.columns().is_empty();
            let keys = match (&own.form, &used) {
                (Form::Row(parts), Use::Equal | Use::Range) => parts
                    .iter()
                    .map(|part| key(part, of))
                    .collect::<Option<_>>()?,
                _ => vec![key(own, of)?],
            };
            Some(made(keys, used, is_written(other), joins))
        }
        Form::Null(part, true) => Some(made(vec![key(part, of)?], Use::Equal, true, false)),
        Form::Column(..) => Some(made(vec![key(expression, of)?], Use::Equal, true, false)),
        Form::Not(part) if matches!(part.form, Form::Column(..)) => {
            Some(made(vec![key(part, of)?], Use::Equal, true, false))
        }
        _ => None,
    }
}

/// The side of the table, and the other one, which must not name it.
fn sides<'e>(
    left: &'e Expression,
    right: &'e Expression,
    alias: &str,
) -> Option<(&'e Expression, &'e Expression)> {
    let names = |side: &Expression| side.columns().iter().any(|(table, _)| *table == alias);
    match (names(left), names(right)) {
        (true, false) => Some((left, right)),
        (false, true) => Some((right, left)),
        _ => None,
    }
}

fn used(operator: &str, other: &Expression) -> Option<Use> {
    let pattern = |anchored| Use::Pattern {
        anchored,
        operator: operator.to_owned(),
    };
    Some(match operator {
        "=" => Use::Equal,
        "= ANY" => Use::Any,
        "<" | "<=" | ">" | ">=" => Use::Range,
        "~~" => match begins_with_text(&other.text) {
            Some(true) => Use::Prefix,
            anchored => pattern(anchored),
        },
        "~~*" => pattern(begins_with_text(&other.text)),
        "~" | "~*" | "%" | "<%" | "%>" | "~~ ANY" | "~~* ANY" => pattern(Some(false)),
        "@@" => Use::Words,
        "@>" | "<@" | "&&" | "?" | "?|" | "?&" | "@?" => Use::Holds(operator.to_owned()),
        _ => return None,
    })
}

/// Does a pattern say how a text begins? `None` if it is not known.
fn begins_with_text(pattern: &str) -> Option<bool> {
    let pattern = bare(pattern).strip_prefix('\'')?;
    Some(!pattern.starts_with(['%', '_', '\'']))
}

fn is_written(other: &Expression) -> bool {
    other.form == Form::Constant && !other.text.contains('$')
}

/// What an index would hold of it. Nothing of another table.
pub(super) fn key(expression: &Expression, of: Named<'_>) -> Option<Key> {
    let columns = expression.columns();
    if columns.is_empty()
        || columns
            .iter()
            .any(|(table, _)| !table.is_empty() && *table != of.alias)
    {
        return None;
    }
    let expression = relabelled(expression, of);
    let kind = match &expression.form {
        Form::Column(..) => KeyKind::Column,
        Form::Cast(..) => KeyKind::Cast,
        Form::Call(..) => KeyKind::Function,
        _ => KeyKind::Expression,
    };
    let text = bare(&expression.text);
    let sql = match kind {
        KeyKind::Column | KeyKind::Function => text.to_owned(),
        KeyKind::Cast | KeyKind::Expression => format!("({text})"),
    };
    let mut columns: Vec<String> = columns
        .into_iter()
        .filter(|(table, _)| *table == of.alias)
        .map(|(_, name)| name.to_owned())
        .collect();
    columns.dedup();
    Some(Key { sql, columns, kind })
}

/// A column whose type is only called another one: an index on it serves as it is.
fn relabelled<'e>(expression: &'e Expression, of: Named<'_>) -> &'e Expression {
    let Form::Cast(part, to) = &expression.form else {
        return expression;
    };
    let Form::Column(_, column) = &part.form else {
        return expression;
    };
    let is_text = |name: &str| name == "text" || name.starts_with("character varying");
    let is_same = is_text(to) && of.type_of(column).is_some_and(is_text);
    if is_same { part } else { expression }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let column = |name: &str, type_name: &str| serde_json::json!({"name": name, "type": type_name, "not_null": false, "distinct": null});
        let columns = [
            column("id", "bigint"),
            column("slug", "character varying(200)"),
        ];
        serde_json::from_value(serde_json::json!({
            "schema": "public", "name": "articles", "kind": "r", "pages": 9, "rows": 300.0, "analyzed_pages": 9,
            "parent": null, "columns": columns,
        }))
        .unwrap()
    }

    fn named(table: &Table) -> Named<'_> {
        Named { alias: "a", table }
    }

    fn told(terms: &Terms) -> String {
        let of = |term: &Term| {
            let keys: Vec<&str> = term.keys.iter().map(|key| key.sql.as_str()).collect();
            let fixed = if term.is_fixed { " fixed" } else { "" };
            let joins = if term.joins { " joins" } else { "" };
            format!("{} {:?}{fixed}{joins}", keys.join("+"), term.used)
        };
        let mut told: Vec<String> = terms.all.iter().map(of).collect();
        for parts in &terms.either {
            let parts: Vec<String> = parts.iter().map(self::told).collect();
            told.push(format!("either [{}]", parts.join(" | ")));
        }
        told.extend(terms.other.iter().map(|text| format!("other {text}")));
        told.join("; ")
    }

    #[test]
    fn a_condition_says_what_is_compared_and_how() {
        let check = |condition: &str, expected: &str| {
            assert_eq!(
                told(&Terms::read(condition, named(&table()))),
                expected,
                "{condition}"
            );
        };
        check("(a.status = 'draft'::text)", "status Equal fixed");
        check("(a.id = $1)", "id Equal");
        check("(5 < a.id)", "id Range fixed");
        check("(b.author_id = a.id)", "id Equal joins");
        check(
            "((a.x = 1) AND (a.y IS NULL) AND a.z AND (NOT a.w))",
            "x Equal fixed; y Equal fixed; z Equal fixed; w Equal fixed",
        );
        check(
            "(lower((a.slug)::text) = 'x'::text)",
            "lower((slug)::text) Equal fixed",
        );
        check(
            "((a.at)::date = '2026-01-01'::date)",
            "((at)::date) Equal fixed",
        );
        check("((a.slug)::text ~~ 'x%'::text)", "slug Prefix fixed");
        check(
            "(a.slug ~~ '%x'::text)",
            "slug Pattern { anchored: Some(false), operator: \"~~\" } fixed",
        );
        check(
            "(a.slug ~~ $1)",
            "slug Pattern { anchored: None, operator: \"~~\" }",
        );
        check(
            "(a.slug ~~* 'x%'::text)",
            "slug Pattern { anchored: Some(true), operator: \"~~*\" } fixed",
        );
        check(
            "(to_tsvector('english'::regconfig, a.body) @@ '''x'''::tsquery)",
            "to_tsvector('english'::regconfig, body) Words fixed",
        );
        check("(a.data @> '{}'::jsonb)", "data Holds(\"@>\") fixed");
        check("(a.id = ANY ('{1,2}'::bigint[]))", "id Any fixed");
        check("(ROW(a.at, a.id) < ROW($1, $2))", "at+id Range");
        check(
            "((a.x = 1) OR (a.y = 2))",
            "either [x Equal fixed | y Equal fixed]",
        );
        check("((a.x = 1) OR (b.y = 2))", "other ((x = 1) OR (b.y = 2))");
        check("(a.x <> 3)", "other (x <> 3)");
        check("(a.x = a.y)", "other (x = y)");
        check("((a.x + b.y) = 3)", "other ((x + b.y) = 3)");
        check(
            "((a.data ->> 'k'::text) = 'v'::text)",
            "(data ->> 'k'::text) Equal fixed",
        );
        check("((a.id)::text = '5'::text)", "((id)::text) Equal fixed");
        check("((", "other ((");
    }

    #[test]
    fn a_key_is_the_same_whatever_brackets_it_has() {
        let table = table();
        let terms = Terms::read("((a.at)::date = '2026-01-01'::date)", named(&table));
        let key = terms.all[0].key();
        assert!(key.is("((at)::date)"));
        assert!(key.is("(at)::date"));
        assert!(!key.is("at"));
        assert_eq!(key.kind, KeyKind::Cast);
    }
}
