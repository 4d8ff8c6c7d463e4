//! A small server: what it executes of what it is sent, and what it answers. The rules are those of the protocol's
//! chapter "Message Flow"; of its own it has only that a portal has three rows.

use std::collections::HashMap;

use super::messages::message;

/// A name of a statement or of a portal.
pub(super) type Name = &'static str;

/// What the program sends next.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Parse {
        name: Name,
        readable: bool,
    },
    Bind {
        portal: Name,
        statement: Name,
        fits: bool,
    },
    /// At most so many rows; 0 is for all.
    Execute {
        portal: Name,
        most: usize,
        fails: bool,
    },
    Describe(Name),
    Close(Name),
    Sync,
    /// A simple query: how many rows each of its statements has, and whether it fails after them.
    Query(Vec<(usize, bool)>),
    Unreadable,
    /// A simple query, too.
    Control(Control),
    /// A simple query, too, with its data right behind it.
    Copy,
    Call,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Control {
    Begin,
    Commit,
    Rollback,
}

impl Step {
    pub(super) fn ends_exchange(&self) -> bool {
        matches!(
            self,
            Self::Sync
                | Self::Query(_)
                | Self::Unreadable
                | Self::Control(_)
                | Self::Copy
                | Self::Call
        )
    }
}

/// A statement that ran: its text, its rows, and how it stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Ran {
    pub(super) text: String,
    pub(super) rows: usize,
    pub(super) end: End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum End {
    Completed,
    Suspended,
    Failed,
}

#[derive(Default)]
pub(super) struct Server {
    texts: usize,
    statements: HashMap<Name, String>,
    portals: HashMap<Name, Portal>,
    skipping: bool,
    block: Block,
    pub(super) ran: Vec<Ran>,
    pub(super) prepared: usize,
    pub(super) errors: usize,
}

/// The transaction block.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Block {
    #[default]
    None,
    Open,
    Failed,
}

struct Portal {
    text: String,
    rows_left: usize,
    /// Where in `ran` it stands, once it was executed.
    ran: Option<usize>,
}

const ROWS: usize = 3;

impl Server {
    /// The bytes of a step, and those of its answer.
    pub(super) fn exchange(&mut self, step: &Step) -> (Vec<u8>, Vec<u8>) {
        let text = self.next_text();
        let sent = bytes(step, &text);
        let answer = match step {
            Step::Sync => {
                self.skipping = false;
                self.ready()
            }
            _ if self.skipping => Vec::new(),
            Step::Parse { name, readable } => self.parse(name, *readable, text),
            Step::Bind {
                portal,
                statement,
                fits,
            } => self.bind(portal, statement, *fits),
            Step::Execute {
                portal,
                most,
                fails,
            } => self.execute(portal, *most, *fails),
            Step::Describe(name) => match self.statements.get(name) {
                Some(_) if self.block == Block::Failed => self.error("25P02"),
                Some(_) => [message(b't', &[0, 0]), message(b'n', &[])].concat(),
                None => self.error("26000"),
            },
            Step::Close(name) => {
                self.statements.remove(name);
                message(b'3', &[])
            }
            Step::Query(fates) => self.simple(fates, &text),
            Step::Unreadable => [self.error("42601"), self.ready()].concat(),
            Step::Control(control) => self.control(*control),
            Step::Copy => self.copy(text),
            Step::Call if self.block == Block::Failed => {
                [self.error("25P02"), self.ready()].concat()
            }
            Step::Call => [message(b'V', &[0xff; 4]), self.ready()].concat(),
        };
        (sent, answer)
    }

    fn next_text(&mut self) -> String {
        self.texts += 1;
        format!("SELECT {}", self.texts)
    }

    fn error(&mut self, code: &str) -> Vec<u8> {
        self.errors += 1;
        self.skipping = true;
        if self.block == Block::Open {
            self.block = Block::Failed;
        }
        message(b'E', format!("SERROR\0C{code}\0Mno\0\0").as_bytes())
    }

    /// Outside a transaction block no portal outlives this.
    fn ready(&mut self) -> Vec<u8> {
        self.skipping = false;
        let state = match self.block {
            Block::None => b"I",
            Block::Open => b"T",
            Block::Failed => b"E",
        };
        if self.block == Block::None {
            self.portals.clear();
        }
        message(b'Z', state)
    }

    /// Would it find the portal, or skip the message?
    pub(super) fn can_execute(&self, portal: Name) -> bool {
        let there = self.portals.contains_key(portal);
        self.skipping || self.block != Block::Failed && there
    }

    fn control(&mut self, control: Control) -> Vec<u8> {
        self.forget_unnamed();
        let refused = control == Control::Begin && self.block == Block::Failed;
        let end = if refused { End::Failed } else { End::Completed };
        let text = control.text().to_owned();
        self.ran.push(Ran { text, rows: 0, end });
        let answer = if refused {
            self.error("25P02")
        } else {
            self.block = match control {
                Control::Begin => Block::Open,
                Control::Commit | Control::Rollback => Block::None,
            };
            message(b'C', b"DONE\0")
        };
        [answer, self.ready()].concat()
    }

    fn copy(&mut self, text: String) -> Vec<u8> {
        self.forget_unnamed();
        let refused = self.block == Block::Failed;
        let end = if refused { End::Failed } else { End::Completed };
        self.ran.push(Ran { text, rows: 0, end });
        let answer = if refused {
            self.error("25P02")
        } else {
            [message(b'G', &[0; 3]), message(b'C', b"COPY 1\0")].concat()
        };
        [answer, self.ready()].concat()
    }

    /// A simple query takes the unnamed statement and the unnamed portal for itself.
    fn forget_unnamed(&mut self) {
        self.statements.remove("");
        self.portals.remove("");
    }

    fn parse(&mut self, name: Name, readable: bool, text: String) -> Vec<u8> {
        if name.is_empty() {
            self.statements.remove(name);
        }
        if !readable || self.block == Block::Failed {
            return self.error(if readable { "25P02" } else { "42601" });
        }
        if self.statements.contains_key(name) {
            return self.error("42P05");
        }
        self.statements.insert(name, text);
        self.prepared += 1;
        message(b'1', &[])
    }

    fn bind(&mut self, portal: Name, statement: Name, fits: bool) -> Vec<u8> {
        let Some(text) = self.statements.get(statement).cloned() else {
            return self.error("26000");
        };
        if !fits || self.block == Block::Failed {
            return self.error(if fits { "25P02" } else { "22P02" });
        }
        if !portal.is_empty() && self.portals.contains_key(portal) {
            return self.error("42P03");
        }
        let bound = Portal {
            text,
            rows_left: ROWS,
            ran: None,
        };
        self.portals.insert(portal, bound);
        message(b'2', &[])
    }

    fn execute(&mut self, name: Name, most: usize, fails: bool) -> Vec<u8> {
        let portal = self
            .portals
            .get_mut(name)
            .expect("a program that executes what it bound");
        let at = *portal.ran.get_or_insert_with(|| {
            let text = portal.text.clone();
            self.ran.push(Ran {
                text,
                rows: 0,
                end: End::Suspended,
            });
            self.ran.len() - 1
        });
        let ran = &mut self.ran[at];
        if fails && ran.end == End::Suspended {
            ran.end = End::Failed;
            return self.error("22012");
        }
        let rows = if most == 0 {
            portal.rows_left
        } else {
            most.min(portal.rows_left)
        };
        portal.rows_left -= rows;
        ran.rows += rows;
        // A portal knows that it is at its end when it gave less than it was asked for.
        let last = if most > 0 && rows == most {
            message(b's', &[])
        } else {
            ran.end = End::Completed;
            message(b'C', b"SELECT\0")
        };
        [message(b'D', &[0, 0]).repeat(rows), last].concat()
    }

    fn simple(&mut self, fates: &[(usize, bool)], text: &str) -> Vec<u8> {
        self.forget_unnamed();
        let mut answer = Vec::new();
        for (at, (rows, fails)) in fates.iter().enumerate() {
            let text = format!("{text}{at}");
            if self.block == Block::Failed {
                let end = End::Failed;
                self.ran.push(Ran { text, rows: 0, end });
                answer.extend(self.error("25P02"));
                break;
            }
            let end = if *fails { End::Failed } else { End::Completed };
            self.ran.push(Ran {
                text,
                rows: *rows,
                end,
            });
            answer.extend(message(b'T', &[0, 0]));
            answer.extend(message(b'D', &[0, 0]).repeat(*rows));
            if *fails {
                answer.extend(self.error("22012"));
                break;
            }
            answer.extend(message(b'C', b"SELECT\0"));
        }
        if fates.is_empty() {
            answer.extend(message(b'I', &[]));
        }
        [answer, self.ready()].concat()
    }
}

impl Control {
    fn text(self) -> &'static str {
        match self {
            Self::Begin => "BEGIN",
            Self::Commit => "COMMIT",
            Self::Rollback => "ROLLBACK",
        }
    }
}

/// The bytes of a step that has this text.
fn bytes(step: &Step, text: &str) -> Vec<u8> {
    match step {
        Step::Parse { name, .. } => message(b'P', [name, "\0", text, "\0\0\0"].concat().as_bytes()),
        Step::Bind {
            portal, statement, ..
        } => message(
            b'B',
            [portal, "\0", statement, "\0\0\0\0\0\0\0"]
                .concat()
                .as_bytes(),
        ),
        Step::Execute { portal, .. } => message(b'E', [portal, "\0\0\0\0\0"].concat().as_bytes()),
        Step::Describe(name) => message(b'D', ["S", name, "\0"].concat().as_bytes()),
        Step::Close(name) => message(b'C', ["S", name, "\0"].concat().as_bytes()),
        Step::Sync => message(b'S', &[]),
        Step::Query(fates) => {
            let texts: Vec<_> = (0..fates.len()).map(|at| format!("{text}{at}")).collect();
            message(b'Q', [&texts.join(";"), "\0"].concat().as_bytes())
        }
        Step::Unreadable => message(b'Q', b"SELEC; SELECT 1\0"),
        Step::Control(control) => message(b'Q', [control.text(), "\0"].concat().as_bytes()),
        Step::Copy => {
            let query = message(b'Q', [text, "\0"].concat().as_bytes());
            [query, message(b'd', b"1\n"), message(b'c', &[])].concat()
        }
        Step::Call => message(b'F', &[0; 10]),
    }
}
