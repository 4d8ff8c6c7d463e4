//! A file of statistics, as `pg_dump --statistics-only` writes it. Pure: a text in, the statements in it out.
//!
//! Only what sets statistics is taken of it. What it sets for its session would get in the way of the trial's own.

/// One statement of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Restoring<'t> {
    pub(super) sql: &'t str,
    /// What it is about: a table or an index.
    pub(super) schema: &'t str,
    pub(super) relation: &'t str,
}

const RESTORING: [&str; 2] = ["pg_restore_relation_stats", "pg_restore_attribute_stats"];
/// What `pg_dump` sets for its session.
const OF_SESSION: [&str; 2] = ["SET ", "SELECT pg_catalog.set_config("];

/// The statements that set statistics. An error names the first that does something else.
pub(super) fn statements(text: &str) -> Result<Vec<Restoring<'_>>, String> {
    let mut found = Vec::new();
    for sql in split(text) {
        if RESTORING.iter().any(|function| sql.contains(function)) {
            let read = restoring(sql);
            found.push(
                read.ok_or_else(|| format!("it is not told what this is about: {}", line(sql)))?,
            );
        } else if !OF_SESSION.iter().any(|start| sql.starts_with(start)) {
            return Err(format!("this is none of the statistics: {}", line(sql)));
        }
    }
    if found.is_empty() {
        return Err("no statistics are in it".to_owned());
    }
    Ok(found)
}

fn restoring(sql: &str) -> Option<Restoring<'_>> {
    Some(Restoring {
        sql,
        schema: argument(sql, "schemaname")?,
        relation: argument(sql, "relname")?,
    })
}

/// The text after `'name',`. Names with a quote in them are not found, which is told.
fn argument<'t>(sql: &'t str, name: &str) -> Option<&'t str> {
    let (_, rest) = sql.split_once(&format!("'{name}',"))?;
    let (value, rest) = rest.trim_start().strip_prefix('\'')?.split_once('\'')?;
    (!rest.starts_with('\'')).then_some(value)
}

/// The first line of a statement.
fn line(sql: &str) -> &str {
    sql.lines().next().unwrap_or_default()
}

/// Statements without their semicolons, and without what is between them: comments, and what is meant for `psql`.
fn split(text: &str) -> Vec<&str> {
    let mut statements = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            return statements;
        }
        if rest.starts_with("--") || rest.starts_with('\\') {
            rest = rest.split_once('\n').map_or("", |(_, after)| after);
            continue;
        }
        let end = end_of_statement(rest);
        statements.push(rest[..end].trim_end());
        rest = rest[end..].strip_prefix(';').unwrap_or_default();
    }
}

/// Where its semicolon is. Within quotes there is none.
fn end_of_statement(text: &str) -> usize {
    let mut quote: Option<char> = None;
    let mut has_escapes = false;
    let mut before = ' ';
    let mut skipped = false;
    for (at, c) in text.char_indices() {
        match quote {
            Some(_) if skipped => skipped = false,
            Some(_) if has_escapes && c == '\\' => skipped = true,
            Some(open) if c == open => quote = None,
            None if c == ';' => return at,
            None if matches!(c, '\'' | '"') => {
                quote = Some(c);
                has_escapes = c == '\'' && before == 'E';
            }
            _ => {}
        }
        before = c;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DUMP: &str = r#"--
-- PostgreSQL database dump
--

\restrict abc

SET statement_timeout = 0;
SELECT pg_catalog.set_config('search_path', '', false);

SELECT * FROM pg_catalog.pg_restore_relation_stats(
	'version', '180000'::integer,
	'schemaname', 'public',
	'relname', 'a;b',
	'reltuples', '1000'::real
);
SELECT * FROM pg_catalog.pg_restore_attribute_stats(
	'schemaname', 'blog',
	'relname', 'x',
	'attname', 'name',
	'most_common_vals', E'{it\'s;,"a''b;"}',
	'histogram_bounds', '{"; -- no",b}'
);

\unrestrict abc
"#;

    #[test]
    fn a_dump_is_its_statistics() {
        let found = statements(DUMP).unwrap();
        let about: Vec<_> = found.iter().map(|one| (one.schema, one.relation)).collect();
        assert_eq!(about, [("public", "a;b"), ("blog", "x")]);
        assert!(found[0].sql.ends_with("::real\n)"), "{}", found[0].sql);
        assert!(found[1].sql.ends_with("no\",b}'\n)"), "{}", found[1].sql);
    }

    #[test]
    fn what_is_none_of_the_statistics_is_named() {
        let check = |text: &str, expected: &str| {
            assert_eq!(statements(text).unwrap_err(), expected);
        };
        check("SET a = 1;", "no statistics are in it");
        check("-- nothing", "no statistics are in it");
        check(
            "CREATE TABLE a (\nb int);",
            "this is none of the statistics: CREATE TABLE a (",
        );
        check(
            "SELECT pg_restore_relation_stats('relname', 'a')",
            "it is not told what this is about: SELECT pg_restore_relation_stats('relname', 'a')",
        );
    }
}
