//! What the names of a connection stand for: its prepared statements and its portals.
//!
//! It remembers no more than the server does.

use std::collections::HashMap;
use std::sync::Arc;

use super::QueryId;
use super::rows::Layout;
use crate::record::sql::tokens;
use crate::record::{Column, Parameter};

/// Statements and portals by name. The empty name is one, too.
#[derive(Debug, Default)]
pub(super) struct Names {
    statements: HashMap<String, Statement>,
    portals: HashMap<String, Portal>,
}

/// A prepared statement.
#[derive(Clone, Debug)]
pub(super) struct Statement {
    pub(super) sql: Arc<str>,
    /// As the program named them, or as the server told. 0 is for the server to choose.
    pub(super) types: Arc<[u32]>,
    /// What it returns, once the server has told.
    pub(super) columns: Option<Arc<[Column]>>,
}

/// A statement bound to its values.
#[derive(Debug)]
pub(super) struct Portal {
    pub(super) sql: Arc<str>,
    pub(super) parameters: Arc<[Parameter]>,
    /// Of a statement that has a name.
    pub(super) is_prepared: bool,
    /// Set from its first `Execute` on: fetching the rest is the same query.
    pub(super) query: Option<QueryId>,
    pub(super) layout: Option<Layout>,
}

/// What a statement's name stood for before a `Parse` or `Close` that the server may yet refuse.
#[derive(Debug)]
pub(super) struct Before {
    pub(super) name: String,
    statement: Option<Statement>,
}

impl Before {
    pub(super) fn is_about_the_same(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Names {
    pub(super) fn parse(&mut self, name: &str, sql: Arc<str>, types: Vec<u32>) -> Before {
        let statement = Statement {
            sql,
            types: types.into(),
            columns: None,
        };
        Before {
            name: name.to_owned(),
            statement: self.statements.insert(name.to_owned(), statement),
        }
    }

    pub(super) fn close_statement(&mut self, name: &str) -> Before {
        Before {
            name: name.to_owned(),
            statement: self.statements.remove(name),
        }
    }

    /// The server refused a `Parse` or `Close`, or skipped it.
    pub(super) fn restore(&mut self, before: Before) {
        match before.statement {
            Some(statement) => drop(self.statements.insert(before.name, statement)),
            None => drop(self.statements.remove(&before.name)),
        }
    }

    pub(super) fn statement(&self, name: &str) -> Option<&Statement> {
        self.statements.get(name)
    }

    /// The server told the types of this text's parameters. The name may stand for another by now.
    pub(super) fn learn_types(&mut self, name: &str, sql: &Arc<str>, types: Vec<u32>) {
        if let Some(statement) = self.statements.get_mut(name)
            && Arc::ptr_eq(&statement.sql, sql)
        {
            statement.types = types.into();
        }
    }

    /// The server told what this text returns.
    pub(super) fn learn_columns(&mut self, name: &str, sql: &Arc<str>, columns: Arc<[Column]>) {
        if let Some(statement) = self.statements.get_mut(name)
            && Arc::ptr_eq(&statement.sql, sql)
        {
            statement.columns = Some(columns);
        }
    }

    pub(super) fn bind(&mut self, name: &str, portal: Portal) {
        self.portals.insert(name.to_owned(), portal);
    }

    pub(super) fn portal(&mut self, name: &str) -> Option<&mut Portal> {
        self.portals.get_mut(name)
    }

    pub(super) fn close_portal(&mut self, name: &str) {
        self.portals.remove(name);
    }

    /// The query never ran, so its portal is still to be executed.
    pub(super) fn take_back(&mut self, query: Option<QueryId>) {
        for portal in self.portals.values_mut() {
            portal.query.take_if(|of| Some(*of) == query);
        }
    }

    /// No portal outlives its transaction.
    pub(super) fn end_transaction(&mut self) {
        self.portals.clear();
    }

    /// `DEALLOCATE [PREPARE] name | ALL` and `DISCARD ALL` close statements, too: those that have a name. Gives what they
    /// stood for.
    pub(super) fn forget(&mut self, sql: &str) -> Vec<Before> {
        let mut words = tokens(sql);
        let Some(first) = words.next() else {
            return Vec::new();
        };
        let mut about = words.next();
        if first.is("DEALLOCATE") && about.is_some_and(|word| word.is("PREPARE")) {
            about = words.next();
        }
        let Some(about) = about else {
            return Vec::new();
        };
        let all = about.is("ALL") && (first.is("DEALLOCATE") || first.is("DISCARD"));
        let one = first.is("DEALLOCATE");
        let is_meant = |name: &str| !name.is_empty() && (all || one && about.names(name));
        let gone = self.statements.extract_if(|name, _| is_meant(name));
        let before = gone.map(|(name, statement)| Before {
            name,
            statement: Some(statement),
        });
        before.collect()
    }

    #[cfg(test)]
    pub(super) fn held(&self) -> (usize, usize) {
        (self.statements.len(), self.portals.len())
    }
}
