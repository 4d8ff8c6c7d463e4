//! Commands of the replication protocol: they travel as a simple `Query` and are no SQL.
//!
//! PostgreSQL documentation, chapter "Streaming Replication Protocol".

use super::state::Language;
use crate::record::sql::tokens;

/// What they begin with, as `replication_scanner_is_replication_command` of the server's source has it.
const COMMANDS: [&str; 10] = [
    "ALTER_REPLICATION_SLOT",
    "BASE_BACKUP",
    "CREATE_REPLICATION_SLOT",
    "DROP_REPLICATION_SLOT",
    "IDENTIFY_SYSTEM",
    "READ_REPLICATION_SLOT",
    "SHOW",
    "START_REPLICATION",
    "TIMELINE_HISTORY",
    "UPLOAD_MANIFEST",
];

/// Is it one of them, and not SQL? Only a program that said so when it connected can send one.
pub(super) fn is_command(text: &str, language: Language) -> bool {
    let mut first = tokens(text).take(1);
    language == Language::SqlAndReplication
        && first.any(|word| COMMANDS.iter().any(|command| word.is(command)))
}
