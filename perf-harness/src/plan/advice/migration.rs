//! The same index as a step of a sea-orm migration. Pure.

use super::candidate::{NewIndex, Part};
use super::expression::unquoted;
use super::facts::Named;
use super::term::KeyKind;

/// A statement of `up`. What the builder cannot say is written as SQL.
pub(super) fn line(named: &Named, sql: &str) -> String {
    if let Some(index) = built(named) {
        return format!("manager.create_index({index}.to_owned()).await?;");
    }
    let sql = sql.replace('\\', "\\\\").replace('"', "\\\"");
    format!("manager.get_connection().execute_unprepared(\"{sql}\").await?;")
}

fn built(named: &Named) -> Option<String> {
    let NewIndex {
        method,
        keys,
        include,
        predicate,
    } = &named.index;
    let (schema, table) = &named.table;
    let is_plain =
        *method == "btree" && include.is_empty() && predicate.is_none() && schema.is_none();
    if !is_plain || !is_snake(table) || !is_snake(&named.name) {
        return None;
    }
    let table = camel(table);
    let columns = keys.iter().map(|part| column(&table, part));
    let columns: String = columns.collect::<Option<_>>()?;
    Some(format!(
        "Index::create().name(\"{}\").table({table}::Table){columns}",
        named.name
    ))
}

fn column(table: &str, part: &Part) -> Option<String> {
    let name = unquoted(&part.key.sql);
    let is_plain = part.key.kind == KeyKind::Column && part.class.is_empty() && is_snake(&name);
    let name = camel(&name);
    match part.order.as_str() {
        _ if !is_plain => None,
        "" => Some(format!(".col({table}::{name})")),
        " DESC" => Some(format!(".col(({table}::{name}, IndexOrder::Desc))")),
        _ => None,
    }
}

/// `DeriveIden` makes a name of it, and back again.
fn is_snake(name: &str) -> bool {
    let is_fit = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(is_fit)
}

/// `created_at` is `CreatedAt`: what `DeriveIden` makes `created_at` of.
fn camel(name: &str) -> String {
    let words = name.split('_').map(|word| {
        let mut characters = word.chars();
        let first = characters.next().map(|c| c.to_ascii_uppercase());
        first.into_iter().chain(characters).collect::<String>()
    });
    words.collect()
}

#[cfg(test)]
mod tests {
    use super::super::term::Key;
    use super::*;

    fn part(sql: &str, kind: KeyKind, order: &str) -> Part {
        Part {
            order: order.to_owned(),
            ..Part::plain(&Key {
                sql: sql.to_owned(),
                columns: vec![sql.to_owned()],
                kind,
            })
        }
    }

    fn check(index: NewIndex, expected: &str) {
        let sql = index.sql(Some("an_idx"), "blog_articles");
        let named = Named {
            name: "an_idx".to_owned(),
            table: (None, "blog_articles".to_owned()),
            index,
        };
        assert_eq!(line(&named, &sql), expected);
    }

    #[test]
    fn the_builder_says_what_it_can() {
        let keys = vec![
            part("status", KeyKind::Column, ""),
            part("created_at", KeyKind::Column, " DESC"),
        ];
        check(
            NewIndex::btree(keys),
            "manager.create_index(Index::create().name(\"an_idx\").table(BlogArticles::Table)\
             .col(BlogArticles::Status).col((BlogArticles::CreatedAt, IndexOrder::Desc)).to_owned()).await?;",
        );
    }

    #[test]
    fn what_it_cannot_say_is_sql() {
        let keys = vec![part("(\"A\"\"b\" || '\\')", KeyKind::Expression, "")];
        check(
            NewIndex::btree(keys),
            "manager.get_connection().execute_unprepared(\"CREATE INDEX an_idx ON blog_articles \
             ((\\\"A\\\"\\\"b\\\" || '\\\\'))\").await?;",
        );
        let mut partial = NewIndex::btree(vec![part("a", KeyKind::Column, "")]);
        partial.predicate = Some("(b IS NULL)".to_owned());
        check(
            partial,
            "manager.get_connection().execute_unprepared(\"CREATE INDEX an_idx ON blog_articles (a) WHERE (b IS NULL)\").await?;",
        );
        let upper = vec![part("\"A\"", KeyKind::Column, "")];
        check(
            NewIndex::btree(upper),
            "manager.get_connection().execute_unprepared(\"CREATE INDEX an_idx ON blog_articles (\\\"A\\\")\").await?;",
        );
        let last = vec![part("a", KeyKind::Column, " DESC NULLS LAST")];
        check(
            NewIndex::btree(last),
            "manager.get_connection().execute_unprepared(\"CREATE INDEX an_idx ON blog_articles (a DESC NULLS LAST)\").await?;",
        );
    }
}
