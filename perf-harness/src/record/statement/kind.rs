//! The kinds of statements.

use crate::record::sql::Token;

/// What a statement does.
///
/// A statement whose `WITH` holds an `INSERT`, `UPDATE`, `DELETE` or `MERGE` is of that kind, whatever it does besides: a
/// budget for reads must not let a write pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Kind {
    /// `SELECT`, `VALUES`, `TABLE`, without a lock on rows.
    Select,
    /// `SELECT .. FOR UPDATE`, `FOR NO KEY UPDATE`, `FOR SHARE`, `FOR KEY SHARE`.
    LockingSelect,
    /// `INSERT`, with or without `ON CONFLICT`.
    Insert,
    /// `UPDATE`.
    Update,
    /// `DELETE` and `TRUNCATE`.
    Delete,
    /// `MERGE`.
    Merge,
    /// `COPY`, in either direction.
    Copy,
    /// What changes the schema or its rights: `CREATE`, `ALTER`, `DROP`, `COMMENT`, `GRANT`, `REVOKE`, also `CREATE TABLE AS`
    /// and `SELECT .. INTO`.
    Ddl,
    /// Everything else: `SET`, `SHOW`, `EXPLAIN`, `CALL`, `DO`, `LOCK`, `NOTIFY`, `FETCH`, transaction control, ...
    Utility,
}

impl Kind {
    /// Of a statement that is neither a query nor a change of rows: what its first word says.
    pub(super) fn of_command(first: Token<'_>) -> Self {
        const DDL: [&str; 9] = [
            "CREATE", "ALTER", "DROP", "COMMENT", "GRANT", "REVOKE", "REASSIGN", "SECURITY",
            "IMPORT",
        ];
        if DDL.iter().any(|word| first.is(word)) {
            Self::Ddl
        } else {
            Self::Utility
        }
    }

    /// Does a statement of this kind change rows of tables?
    pub(super) fn changes_rows(self) -> bool {
        matches!(
            self,
            Self::Insert | Self::Update | Self::Delete | Self::Merge
        )
    }
}
