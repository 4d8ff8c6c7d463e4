//! What a dump says that does not hold here: other roles, another database, settings of a newer server.

use sqlx::error::DatabaseError;

use super::pieces::Piece;

/// How a script is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::database::template) enum Rules {
    /// As it stands.
    Strict,
    /// As `pg_restore --no-owner --no-privileges` would, where the roles are not here.
    Dump,
}

impl Rules {
    /// Statements about the database itself, as `pg_dump --create` writes them.
    pub(super) fn passes_over(self, piece: &Piece<'_>) -> bool {
        let words = piece.words(2);
        self == Self::Dump
            && matches!(
                as_texts(&words)[..],
                ["CREATE" | "ALTER" | "DROP", "DATABASE"]
            )
    }

    /// May the script go on after this error?
    pub(super) fn forgives(self, piece: &Piece<'_>, error: &sqlx::Error) -> bool {
        let code = error.as_database_error().and_then(DatabaseError::code);
        let (Self::Dump, Some(code)) = (self, code) else {
            return false;
        };
        forgives(&piece.words(usize::MAX), &code)
    }
}

/// SQLSTATE 42704: there is no such role or setting. 42501: the role here may not. 42P06: the schema is there.
/// 22023: there is no such role to be.
fn forgives(words: &[String], code: &str) -> bool {
    matches!(
        (as_texts(words).as_slice(), code),
        (
            ["GRANT" | "REVOKE", ..] | ["ALTER", "DEFAULT", "PRIVILEGES", ..],
            "42704" | "42501"
        ) | (
            ["SET", "SESSION", "AUTHORIZATION", ..],
            "22023" | "42704" | "42501"
        ) | (["SET", ..], "42704")
            | (["COMMENT", "ON", "EXTENSION", ..], "42501")
            | (["CREATE", "SCHEMA", "PUBLIC", ..], "42P06")
    ) || (changes_owner(words) && matches!(code, "42704" | "42501"))
}

fn changes_owner(words: &[String]) -> bool {
    let is_to = |pair: &[String]| pair[0] == "OWNER" && pair[1] == "TO";
    words.first().is_some_and(|first| first == "ALTER") && words.windows(2).any(is_to)
}

fn as_texts(words: &[String]) -> Vec<&str> {
    words.iter().map(String::as_str).collect()
}

#[cfg(test)]
mod tests {
    use super::super::lexer::words;
    use super::*;

    #[test]
    fn only_what_is_of_other_roles_or_servers_is_forgiven() {
        let check = |statement: &str, code: &str, expected: bool| {
            assert_eq!(
                forgives(&words(statement, usize::MAX), code),
                expected,
                "{statement} {code}"
            );
        };
        check("ALTER TABLE public.t OWNER TO app;", "42704", true);
        check(
            "ALTER FUNCTION public.f(integer) OWNER TO \"app-1\";",
            "42704",
            true,
        );
        check("GRANT SELECT ON TABLE public.t TO app;", "42704", true);
        check("SET transaction_timeout = 0;", "42704", true);
        check("COMMENT ON EXTENSION plpgsql IS 'x';", "42501", true);
        check("CREATE SCHEMA public;", "42P06", true);

        check(
            "ALTER TABLE public.t ADD COLUMN a app.missing;",
            "42704",
            false,
        );
        check("ALTER TABLE public.t OWNER TO app;", "42P01", false);
        check("CREATE TABLE t (a missing);", "42704", false);
        check("CREATE SCHEMA app;", "42P06", false);
    }
}
