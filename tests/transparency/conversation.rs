//! Has a conversation with a server, and knows from its answers what was executed and what came of it.
//!
//! The rules are those of the protocol's chapter "Message Flow": to each message its answers, and after an error in the
//! extended protocol none up to the next `Sync`.

use std::collections::HashMap;

use crate::ask::{Ask, Kind, Statement};
use crate::portals::{Portals, Prepared};
use crate::socket::{Answer, Socket};

/// One statement that the server was seen to execute.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Executed {
    pub(crate) sql: String,
    pub(crate) end: End,
    /// Sent to the program.
    pub(crate) rows: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum End {
    Completed,
    Suspended,
    Failed(String),
    /// So the recorder says, and nobody else: all was answered.
    Running,
}

/// What was heard and what it means.
pub(crate) struct Conversation<'a> {
    socket: &'a mut Socket,
    pub(crate) heard: Vec<Answer>,
    pub(crate) executed: Vec<Executed>,
    pub(crate) portals: Portals,
    /// By name: also those that the server would know.
    statements: HashMap<String, Prepared>,
    skipping: bool,
    copying: Option<Copying>,
}

/// The server takes copy data.
struct Copying {
    /// Its place among those that were executed.
    at: usize,
    statement: Statement,
    /// The statements that come after it in its simple query; `None` in the extended protocol.
    rest: Option<Vec<Statement>>,
}

/// Sends all messages, cut at these offsets of each stretch without a wait, and hears all answers.
pub(crate) fn talk<'a>(
    socket: &'a mut Socket,
    asks: &[Ask],
    cuts: &[usize],
    version: u32,
) -> Conversation<'a> {
    let mut conversation = Conversation {
        socket,
        heard: Vec::new(),
        executed: Vec::new(),
        portals: Portals::of(version),
        statements: HashMap::new(),
        skipping: false,
        copying: None,
    };
    let mut before = 0;
    for stretch in asks.split(|ask| *ask == Ask::Await) {
        let bytes = stretch.iter().flat_map(Ask::bytes).collect::<Vec<_>>();
        let here = cuts.iter().filter_map(|cut| cut.checked_sub(before));
        let here: Vec<usize> = here.filter(|cut| (1..bytes.len()).contains(cut)).collect();
        conversation.socket.send(&bytes, &here);
        before += bytes.len();
        for ask in stretch {
            conversation.step(ask);
        }
    }
    conversation
}

impl Conversation<'_> {
    fn step(&mut self, ask: &Ask) {
        if self.copying.is_some() {
            return self.step_of_copy(ask);
        }
        match ask {
            Ask::Sync => {
                self.skipping = false;
                self.ready();
            }
            Ask::Flush | Ask::CopyData(_) | Ask::CopyDone | Ask::CopyFail | Ask::Await => {}
            _ if self.skipping => {}
            Ask::Query(statements) => {
                let all = statements.iter().filter(|one| one.kind != Kind::Empty);
                self.query(all.cloned().collect(), true);
            }
            Ask::Parse(name, statement) => {
                if self.plain_answer(b"1") {
                    let prepared = Prepared::of(statement.clone());
                    self.statements.insert(name.clone(), prepared);
                }
            }
            Ask::Bind(portal, statement, _) => self.bind(portal, statement),
            Ask::DescribeStatement(_) => {
                let described = self.plain_answer(b"t") && self.plain_answer(b"Tn");
                assert!(described || self.skipping);
            }
            Ask::DescribePortal(_) => drop(self.plain_answer(b"Tn")),
            Ask::Execute(portal, _) => self.execute(portal),
            Ask::CloseStatement(name) => {
                self.plain_answer(b"3");
                self.statements.remove(name);
            }
            Ask::ClosePortal(name) => {
                if self.plain_answer(b"3") {
                    self.portals.close(name);
                }
            }
            Ask::Call(..) => {
                let answer = self.answer();
                if answer.tag == b'E' {
                    self.portals.fail();
                }
                self.ready();
            }
        }
    }

    /// The next answer that was asked for.
    fn answer(&mut self) -> Answer {
        loop {
            let answer = self.socket.answer();
            self.heard.push(answer.clone());
            if !b"NAS".contains(&answer.tag) {
                return answer;
            }
        }
    }

    /// An answer of one message, or an error: then the server skips.
    fn plain_answer(&mut self, tags: &[u8]) -> bool {
        let answer = self.answer();
        if answer.tag == b'E' {
            self.portals.fail();
            self.skipping = true;
            return false;
        }
        assert!(tags.contains(&answer.tag), "{answer:?}");
        true
    }

    fn ready(&mut self) {
        let answer = self.answer();
        assert_eq!(answer.tag, b'Z', "{answer:?}");
        self.portals.ready(answer.body[0] == b'I');
    }

    fn bind(&mut self, portal: &str, statement: &str) {
        let answer = self.answer();
        let statement = self.statements.get(statement).cloned();
        if answer.tag == b'2' {
            self.portals.bind(portal, statement.unwrap());
            return;
        }
        assert_eq!(answer.tag, b'E', "{answer:?}");
        // A value that cannot be read is found when the portal is made already.
        if answer.field(b'C').starts_with("22") {
            self.portals.close(portal);
        }
        self.portals.fail();
        self.skipping = true;
    }

    fn execute(&mut self, portal: &str) {
        let mut rows = 0;
        loop {
            let answer = self.answer();
            match answer.tag {
                b'D' => rows += 1,
                b'H' | b'd' | b'c' => {}
                b'G' => {
                    let statement = self.portals.statement(portal).unwrap();
                    let at = self.executed.len();
                    self.copying = Some(Copying {
                        at,
                        statement,
                        rest: None,
                    });
                    return;
                }
                b'I' => return,
                b'C' => return self.executed_in(portal, &End::Completed, rows, &answer.command()),
                b's' => return self.executed_in(portal, &End::Suspended, rows, ""),
                b'E' => {
                    let sqlstate = answer.field(b'C');
                    self.executed_in(portal, &End::Failed(sqlstate), rows, "");
                    self.skipping = true;
                    return;
                }
                _ => panic!("{answer:?}"),
            }
        }
    }

    /// The end of an `Execute`: of a new statement, or of more of one that was begun.
    fn executed_in(&mut self, portal: &str, end: &End, rows: u64, command: &str) {
        let known = self.portals.statement(portal);
        let sql = known.map_or_else(|| format!("FETCH FROM {portal}"), |statement| statement.sql);
        match self.portals.begun(portal) {
            Some(at) => {
                let before = &mut self.executed[at];
                // What was completed stays so.
                if before.end == End::Suspended {
                    before.end = end.clone();
                }
                before.rows += rows;
            }
            None => self.executed.push(Executed {
                sql,
                end: end.clone(),
                rows,
            }),
        }
        let at = self.executed.len() - 1;
        self.portals.executed(portal, at, end, rows, command);
    }

    /// The answers to what is left of a simple query. `untouched`: the server has not answered it yet.
    fn query(&mut self, statements: Vec<Statement>, mut untouched: bool) {
        let mut statements = statements.into_iter();
        let mut rows = 0;
        loop {
            let answer = self.answer();
            match answer.tag {
                b'T' | b'H' | b'd' | b'c' | b'I' => {}
                b'D' => rows += 1,
                b'G' => {
                    let statement = statements.next().unwrap();
                    let rest = Some(statements.collect());
                    let at = self.executed.len();
                    self.copying = Some(Copying {
                        at,
                        statement,
                        rest,
                    });
                    return;
                }
                b'C' => {
                    let statement = statements.next().unwrap();
                    self.portals.ran(&statement, &answer.command());
                    let (sql, end) = (statement.sql, End::Completed);
                    self.executed.push(Executed { sql, end, rows });
                    rows = 0;
                }
                b'E' => {
                    let sqlstate = answer.field(b'C');
                    // A text that cannot be read is refused as a whole.
                    if !(untouched && sqlstate == "42601") {
                        self.failed(statements.next().unwrap(), &sqlstate, rows);
                    }
                    self.portals.fail();
                }
                b'Z' => return self.portals.ready(answer.body[0] == b'I'),
                _ => panic!("{answer:?}"),
            }
            untouched = false;
        }
    }

    fn failed(&mut self, statement: Statement, sqlstate: &str, rows: u64) {
        // Its own portal took the place of the one without a name, unless it was refused before.
        let runs = statement.kind.is_utility() || sqlstate.starts_with("22");
        if runs && sqlstate != "25P02" {
            self.portals.close("");
        }
        let end = End::Failed(sqlstate.to_owned());
        let sql = statement.sql;
        self.executed.push(Executed { sql, end, rows });
    }

    fn step_of_copy(&mut self, ask: &Ask) {
        if !matches!(ask, Ask::CopyDone | Ask::CopyFail) {
            return;
        }
        let Copying {
            at,
            statement,
            rest,
        } = self.copying.take().unwrap();
        let answer = self.answer();
        let end = match answer.tag {
            b'C' => End::Completed,
            b'E' => End::Failed(answer.field(b'C')),
            _ => panic!("{answer:?}"),
        };
        let sql = statement.sql.clone();
        self.executed.insert(
            at,
            Executed {
                sql,
                end: end.clone(),
                rows: 0,
            },
        );
        if end == End::Completed {
            self.portals.ran(&statement, &answer.command());
        } else {
            if rest.is_some() {
                self.portals.close("");
            }
            self.portals.fail();
        }
        match rest {
            Some(rest) if end == End::Completed => self.query(rest, false),
            Some(_) => self.ready(),
            None => self.skipping = end != End::Completed,
        }
    }
}
