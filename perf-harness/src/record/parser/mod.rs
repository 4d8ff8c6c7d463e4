//! Reads SQL with the crate `sqlparser`, on a stack that is deep enough for it.

pub(super) mod depth;

use std::thread;

use sqlparser::ast::Statement;
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;

/// Room for the deepest text that is read: in a debug build the parser takes about 70 KiB for each bracket, so that two dozen
/// of them fill a test thread's stack. The system gives it page by page, as it is used.
const STACK: usize = 256 << 20;

/// Runs what reads statements and walks through them. `None` where there is no room for it, or where it panics: that is a
/// text that cannot be read.
pub(crate) fn on_a_deep_stack<T: Send>(work: impl FnOnce() -> T + Send) -> Option<T> {
    thread::scope(|scope| {
        let roomy = thread::Builder::new().stack_size(STACK);
        roomy.spawn_scoped(scope, work).ok()?.join().ok()
    })
}

/// The statements of a text, if the parser can read it and they are not too deep. To be called
/// [on a deep stack](on_a_deep_stack), and to be used up there.
pub(crate) fn statements(sql: &str) -> Option<Vec<Statement>> {
    let is_flat = depth::most(sql) <= depth::MOST;
    is_flat.then(|| Parser::parse_sql(&PostgreSqlDialect {}, sql).ok())?
}

/// What `read` makes of the one statement that the text holds. `None` where the parser cannot read it, or where it holds
/// none or several.
pub(crate) fn parsed<T: Send>(sql: &str, read: impl FnOnce(&Statement) -> T + Send) -> Option<T> {
    on_a_deep_stack(|| match &statements(sql)?[..] {
        [statement] => Some(read(statement)),
        _ => None,
    })?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_nested_deeply_does_not_reach_the_end_of_the_stack() {
        for (open, close) in [("NOT ", ""), ("1 + ", ""), ("(", ")"), ("(SELECT ", ")")] {
            for depth in [10, 40, 60, 300, 490, 990, 20_000] {
                let sql = format!("SELECT {}1{}", open.repeat(depth), close.repeat(depth));
                let read = parsed(&sql, ToString::to_string);
                assert!(read.is_some() || depth > 20, "{open} {depth}");
            }
        }
    }

    #[test]
    fn a_list_may_be_as_wide_as_it_likes() {
        let sql = format!("SELECT * FROM a WHERE b IN (1{})", ", 1".repeat(20_000));
        assert_eq!(parsed(&sql, |_| ()), Some(()));
    }

    #[test]
    fn no_statement_and_several_are_not_read() {
        for sql in ["", "SELECT 1; SELECT 2", "SELEC 1"] {
            assert_eq!(parsed(sql, |_| ()), None, "{sql}");
        }
    }
}
