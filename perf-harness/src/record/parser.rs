//! Reads SQL with the crate `sqlparser`, on a stack that is deep enough for it.

use sqlparser::ast::Statement;
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;

use super::sql::{Kind, Token, tokens};

/// In a debug build the parser takes about 70 KiB for each level of a text: two dozen of them fill a test thread's stack.
const STACK: usize = 64 << 20;

/// How many words and operators a text may have. `a OR b OR c ..` makes a tree as deep as it is long, and who walks down
/// such a tree needs a stack for it.
const MOST_PARTS: usize = 1_000;

/// What `read` makes of the one statement that the text holds. `None` where the parser cannot read it, or where it holds
/// none or several.
pub(crate) fn parsed<T: Send>(sql: &str, read: impl FnOnce(&Statement) -> T + Send) -> Option<T> {
    if tokens(sql).filter(is_part).nth(MOST_PARTS).is_some() {
        return None;
    }
    let work = || {
        let all = Parser::parse_sql(&PostgreSqlDialect {}, sql).ok()?;
        let [statement] = &all[..] else { return None };
        Some(read(statement))
    };
    std::thread::scope(|scope| {
        let roomy = std::thread::Builder::new().stack_size(STACK);
        // Without a thread there is no room, and a text that panics the parser is one that it cannot read.
        roomy.spawn_scoped(scope, work).ok()?.join().ok()?
    })
}

/// Not a value or a comma: lists are as flat as they are long.
fn is_part(token: &Token<'_>) -> bool {
    matches!(token.kind, Kind::Word | Kind::Symbol) && token.text != ","
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
