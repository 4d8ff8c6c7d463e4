//! What a session has been set to, as far as the wire tells: start-up parameters, and `SET` of the session's own.
//!
//! Kept as statements that set another session so. What `set_config` did is not seen.

mod change;

use std::sync::Arc;

use self::change::Change;
use super::QueryId;
use super::state::State;

/// How many settings of a session are kept, and how long each may be.
const MOST: usize = 100;
const LONGEST: usize = 10_000;

/// Those that say nothing of plans, or cannot be set within a session.
const OF_NO_ACCOUNT: [&str; 8] = [
    "application_name",
    "client_encoding",
    "database",
    "local_preload_libraries",
    "names",
    "replication",
    "session_preload_libraries",
    "user",
];

/// The settings of one connection.
#[derive(Debug)]
pub(super) struct Settings {
    /// What the program asked for when it connected.
    opening: Vec<Setting>,
    current: Vec<Setting>,
    /// As they were when no transaction was open.
    committed: Vec<Setting>,
    /// The transaction that is open does not hold.
    fails: bool,
    /// Statements under way that change something once they complete.
    under_way: Vec<(QueryId, Change)>,
    shared: Arc<[Arc<str>]>,
    given_back: GivenBack,
}

/// A name in lower case, and the statement that sets it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Setting {
    name: String,
    statement: Arc<str>,
}

/// What the program gave back since that was last asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::record::wire) struct GivenBack {
    /// All settings are as they were in the beginning.
    pub(in crate::record::wire) all: bool,
    /// Another role may act.
    pub(in crate::record::wire) role: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            opening: Vec::new(),
            current: Vec::new(),
            committed: Vec::new(),
            fails: false,
            under_way: Vec::new(),
            shared: Arc::from([]),
            given_back: GivenBack::default(),
        }
    }
}

impl Settings {
    /// The parameters of a start-up packet: names and values, each with a zero byte after it.
    pub(super) fn open(&mut self, parameters: &[u8]) {
        let mut texts = parameters
            .split(|byte| *byte == 0)
            .map(String::from_utf8_lossy);
        while let (Some(name), Some(value)) = (texts.next(), texts.next()) {
            match &*name {
                "" => break,
                "options" => self.open_options(&value),
                name => self.open_one(name, &value),
            }
        }
        self.share();
    }

    /// `-c name=value` and `--name=value`, as the server's `pg_split_opts` and `process_postgres_switches` read them.
    fn open_options(&mut self, options: &str) {
        let mut words = split_options(options).into_iter();
        while let Some(word) = words.next() {
            let assigned = match word.strip_prefix("-c") {
                Some("") => words.next(),
                Some(rest) => Some(rest.to_owned()),
                None => word.strip_prefix("--").map(str::to_owned),
            };
            if let Some((name, value)) = assigned.as_deref().and_then(|it| it.split_once('=')) {
                self.open_one(&name.replace('-', "_"), value);
            }
        }
    }

    fn open_one(&mut self, name: &str, value: &str) {
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
        let name = name.to_ascii_lowercase();
        if name.chars().all(is_name) && is_of_account(&name) && !name.starts_with("_pq_.") {
            // `SET` would take a list of names for one name.
            let statement = format!(
                "SELECT pg_catalog.set_config('{name}', {}, false)",
                quoted(value)
            );
            set(&mut self.opening, &name, &statement);
        }
    }

    /// What queries are run with now.
    pub(super) fn now(&self) -> Arc<[Arc<str>]> {
        Arc::clone(&self.shared)
    }

    /// A statement starts.
    pub(super) fn started(&mut self, id: QueryId, sql: &str) {
        if let Some(change) = Change::of(sql) {
            self.under_way.push((id, change));
        }
    }

    /// A statement is over.
    pub(super) fn ended(&mut self, id: QueryId, completed: bool) {
        if self.under_way.is_empty() {
            return;
        }
        let at = self.under_way.iter().position(|(of, _)| *of == id);
        if let Some(at) = at
            && let (_, change) = self.under_way.remove(at)
            && completed
        {
            self.change(change);
        }
    }

    fn change(&mut self, change: Change) {
        match change {
            Change::Set(Setting { name, statement }) => {
                self.given_back.role |= is_role(&name);
                set(&mut self.current, &name, &statement);
            }
            Change::Reset(name) => {
                self.given_back.role |= is_role(&name);
                self.current.retain(|setting| setting.name != name);
            }
            Change::ResetAll => {
                self.given_back.all = true;
                self.current.retain(|setting| is_role(&setting.name));
            }
            Change::DiscardAll => {
                self.given_back = GivenBack {
                    all: true,
                    role: true,
                };
                self.current.clear();
            }
            Change::Rollback => self.fails = true,
            Change::RollbackToSavepoint => self.fails = false,
        }
        self.share();
    }

    /// The server reported an error: what its transaction changed does not hold.
    pub(super) fn failed(&mut self) {
        self.fails = true;
    }

    /// No transaction is open.
    pub(super) fn transaction_is_over(&mut self) {
        let fails = std::mem::take(&mut self.fails);
        if self.current == self.committed {
            return;
        }
        if fails {
            self.current.clone_from(&self.committed);
            self.share();
        } else {
            self.committed.clone_from(&self.current);
        }
    }

    pub(super) fn take_given_back(&mut self) -> GivenBack {
        std::mem::take(&mut self.given_back)
    }

    fn share(&mut self) {
        let is_set = |opening: &&Setting| self.current.iter().any(|it| it.name == opening.name);
        let opening = self.opening.iter().filter(|it| !is_set(it));
        let all = opening.chain(&self.current);
        self.shared = all.map(|setting| Arc::clone(&setting.statement)).collect();
    }
}

impl State {
    /// What the program asked for when it connected.
    pub(super) fn open(&mut self, parameters: &[u8]) {
        self.settings.open(parameters);
    }
}

fn is_of_account(name: &str) -> bool {
    !name.starts_with("auto_explain.") && !OF_NO_ACCOUNT.contains(&name)
}

fn is_role(name: &str) -> bool {
    matches!(name, "role" | "session_authorization")
}

/// The last one of a name, where it is set last.
fn set(settings: &mut Vec<Setting>, name: &str, statement: &str) {
    settings.retain(|setting| setting.name != name);
    if settings.len() < MOST && statement.len() <= LONGEST && is_of_account(name) {
        settings.push(Setting {
            name: name.to_owned(),
            statement: Arc::from(statement),
        });
    }
}

/// A string constant, whatever `standard_conforming_strings` says.
fn quoted(value: &str) -> String {
    let escaped = value.replace('\'', "''");
    if value.contains('\\') {
        format!("E'{}'", escaped.replace('\\', r"\\"))
    } else {
        format!("'{escaped}'")
    }
}

/// Words between white space. A backslash takes the next character for what it is.
fn split_options(options: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut characters = options.chars();
    while let Some(c) = characters.next() {
        if c.is_ascii_whitespace() {
            words.extend(word.take());
            continue;
        }
        let c = if c == '\\' {
            characters.next()
        } else {
            Some(c)
        };
        word.get_or_insert_default().extend(c);
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(parameters: &[u8]) -> Vec<String> {
        let mut settings = Settings::default();
        settings.open(parameters);
        told(&settings)
    }

    fn told(settings: &Settings) -> Vec<String> {
        settings.now().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn start_up_parameters_are_settings() {
        let of = |name: &str, value: &str| {
            format!("SELECT pg_catalog.set_config('{name}', {value}, false)")
        };
        let packet = b"user\0me\0database\0it\0client_encoding\0UTF8\0TimeZone\0UTC\0search_path\0a, \"b\"\0\0";
        let expected = [of("timezone", "'UTC'"), of("search_path", "'a, \"b\"'")];
        assert_eq!(opened(packet), expected);
        let packet = b"options\0-c work_mem=4MB --enable-seqscan=off -cdatestyle=ISO,\\ MDY -c a.b=it's\\\\\0\0";
        let expected = [
            of("work_mem", "'4MB'"),
            of("enable_seqscan", "'off'"),
            of("datestyle", "'ISO, MDY'"),
            of("a.b", r"E'it''s\\'"),
        ];
        assert_eq!(opened(packet), expected);
        let packet = b"options\0-c session_preload_libraries=x -c auto_explain.log_analyze=on -c\0_pq_.a\0b\0\0";
        assert_eq!(opened(packet), [""; 0]);
        assert_eq!(opened(b"a'); DROP TABLE t --\0b\0\0"), [""; 0]);
        assert_eq!(opened(b"user"), [""; 0]);
    }

    /// Statements that complete, each in a transaction of its own unless it says otherwise.
    fn after(statements: &[&str]) -> Vec<String> {
        let mut settings = Settings::default();
        settings.open(b"work_mem\x001MB\0\0");
        let mut is_open = false;
        for (id, sql) in (1..).zip(statements) {
            if *sql == "error" {
                settings.failed();
            } else {
                settings.started(id, sql);
                settings.ended(id, true);
            }
            is_open = match *sql {
                "BEGIN" => true,
                "COMMIT" | "ROLLBACK" => false,
                _ => is_open,
            };
            if !is_open {
                settings.transaction_is_over();
            }
        }
        told(&settings)
    }

    const OPENED: &str = "SELECT pg_catalog.set_config('work_mem', '1MB', false)";

    #[test]
    fn the_last_statement_about_a_setting_counts() {
        let check = |statements: &[&str], expected: &[&str]| {
            assert_eq!(after(statements), expected, "{statements:?}");
        };
        check(&[], &[OPENED]);
        check(&["SELECT 1", "SET LOCAL work_mem = 1"], &[OPENED]);
        check(
            &["SET search_path TO a", "set Search_Path = b"],
            &[OPENED, "set Search_Path = b"],
        );
        check(&["SET work_mem = '2MB'"], &["SET work_mem = '2MB'"]);
        check(&["SET work_mem = '2MB'", "RESET work_mem"], &[OPENED]);
        check(
            &["SET SESSION enable_seqscan = off"],
            &[OPENED, "SET SESSION enable_seqscan = off"],
        );
        check(
            &[
                "SET TIME ZONE 'UTC'",
                "SET timezone = 'CET'",
                "SET my.x = 1",
                "SET SESSION my.y = 2",
            ],
            &[
                OPENED,
                "SET timezone = 'CET'",
                "SET my.x = 1",
                "SET SESSION my.y = 2",
            ],
        );
        check(
            &["SET ROLE a", "SET x = 1", "RESET ALL"],
            &[OPENED, "SET ROLE a"],
        );
        check(
            &["SET SESSION AUTHORIZATION a", "SET x = 1", "DISCARD ALL"],
            &[OPENED],
        );
        check(
            &[
                "SET TRANSACTION READ ONLY",
                "SET CONSTRAINTS ALL DEFERRED",
                "SET NAMES 'x'",
            ],
            &[OPENED],
        );
        check(
            &["SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"],
            &[OPENED],
        );
        check(&["SET auto_explain.log_analyze = off"], &[OPENED]);
    }

    #[test]
    fn what_was_rolled_back_does_not_hold() {
        let set = "SET work_mem = '2MB'";
        assert_eq!(after(&["BEGIN", set, "ROLLBACK"]), [OPENED]);
        assert_eq!(after(&["BEGIN", set, "COMMIT"]), [set]);
        assert_eq!(after(&["BEGIN", set, "error", "COMMIT"]), [OPENED]);
        let saved = ["BEGIN", set, "error", "ROLLBACK TO a", "COMMIT"];
        assert_eq!(after(&saved), [set]);
        assert_eq!(after(&["BEGIN", set]), [set]);
    }

    #[test]
    fn what_was_given_back_is_told_once() {
        let mut settings = Settings::default();
        let mut told = |sql| {
            settings.started(1, sql);
            settings.ended(1, true);
            let GivenBack { all, role } = settings.take_given_back();
            (all, role)
        };
        assert_eq!(told("DISCARD ALL"), (true, true));
        assert_eq!(told("RESET ALL"), (true, false));
        assert_eq!(told("SET ROLE NONE"), (false, true));
        assert_eq!(told("RESET SESSION AUTHORIZATION"), (false, true));
        assert_eq!(told("DISCARD PLANS"), (false, false));
        assert_eq!(told("SET work_mem = 1"), (false, false));
    }

    #[test]
    fn what_failed_changes_nothing_and_no_more_is_kept_than_the_bound() {
        let mut settings = Settings::default();
        settings.started(1, "SET a = 1");
        settings.ended(1, false);
        assert_eq!(told(&settings), [""; 0]);
        for id in 0..=MOST as u64 {
            settings.started(id, &format!("SET a{id} = 1"));
            settings.ended(id, true);
        }
        assert_eq!(told(&settings).len(), MOST);
        assert!(settings.under_way.is_empty());
    }
}
