//! A statement by a parser of the whole language: the crate `sqlparser`.

use std::ops::ControlFlow;

use sqlparser::ast::{
    self, CopySource, Expr, ObjectName, ObjectNamePart, ObjectType, Query, Select, SetExpr,
    TableFactor, Visit, Visitor,
};

use super::{Kind, Statement, add};
use crate::record::parser::parsed;
use crate::record::sql::tokens;

/// `None` where the parser cannot read the text, or reads other than one statement.
pub(super) fn read(sql: &str) -> Option<Statement> {
    parsed(sql, |statement| statement_of(statement, sql))?
}

fn statement_of(statement: &ast::Statement, sql: &str) -> Option<Statement> {
    let mut found = Found::default();
    // Nothing breaks off the walk.
    let _: ControlFlow<()> = statement.visit(&mut found);
    let kind = match found.change {
        Some(change) if !is_ddl(statement) => change,
        _ => kind(statement, sql)?,
    };
    let copies_in = matches!(statement, ast::Statement::Copy { to: false, .. });
    Some(Statement {
        kind,
        writes: found.change.is_some() || kind.changes_rows() || copies_in,
        tables: found.tables,
    })
}

fn is_ddl(statement: &ast::Statement) -> bool {
    use ast::Statement as S;
    !matches!(
        statement,
        S::Query(_) | S::Insert(_) | S::Update(_) | S::Delete(_) | S::Merge(_)
    )
}

fn kind(statement: &ast::Statement, sql: &str) -> Option<Kind> {
    use ast::Statement as S;
    Some(match statement {
        S::Query(query) if !query.locks.is_empty() => Kind::LockingSelect,
        S::Query(query) if selects_into(&query.body) => Kind::Ddl,
        S::Query(_) => Kind::Select,
        S::Insert(_) => Kind::Insert,
        S::Update(_) => Kind::Update,
        S::Delete(_) | S::Truncate(_) => Kind::Delete,
        S::Merge(_) => Kind::Merge,
        S::Copy { .. } => Kind::Copy,
        _ => Kind::of_command(tokens(sql).next()?),
    })
}

fn selects_into(body: &SetExpr) -> bool {
    match body {
        SetExpr::Select(select) => select.into.is_some(),
        SetExpr::Query(query) => selects_into(&query.body),
        SetExpr::SetOperation { left, .. } => selects_into(left),
        _ => false,
    }
}

/// What a walk through a statement found.
#[derive(Default)]
struct Found {
    tables: Vec<String>,
    /// The first change of rows, wherever it stands.
    change: Option<Kind>,
    /// The names that `WITH` gives within the queries the walk is in, outermost first.
    hidden: Vec<Vec<String>>,
    /// The relation that comes next is a function's name.
    is_function: bool,
}

impl Found {
    fn change(&mut self, kind: Kind) {
        self.change.get_or_insert(kind);
    }

    fn add(&mut self, name: &ObjectName) {
        let name = folded(name);
        let is_hidden = self.hidden.iter().flatten().any(|hidden| *hidden == name);
        if !is_hidden {
            add(&mut self.tables, name);
        }
    }

    /// `WITH a AS (SELECT .. FROM a)` reads the table `a`, unless it is recursive.
    fn add_namesakes(&mut self, query: &Query) {
        let Some(with) = query.with.as_ref().filter(|with| !with.recursive) else {
            return;
        };
        for table in &with.cte_tables {
            let own = ident(&table.alias.name);
            let mut inner = Found::default();
            let _: ControlFlow<()> = table.query.visit(&mut inner);
            if inner.tables.contains(&own) {
                add(&mut self.tables, own);
            }
        }
    }
}

impl Visitor for Found {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        let with = query.with.iter().flat_map(|with| &with.cte_tables);
        let hidden = with.map(|table| ident(&table.alias.name)).collect();
        self.add_namesakes(query);
        self.hidden.push(hidden);
        match &*query.body {
            SetExpr::Insert(_) => self.change(Kind::Insert),
            SetExpr::Update(_) => self.change(Kind::Update),
            SetExpr::Delete(_) => self.change(Kind::Delete),
            SetExpr::Merge(_) => self.change(Kind::Merge),
            _ => {}
        }
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
        self.hidden.pop();
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<()> {
        self.is_function = matches!(factor, TableFactor::Table { args: Some(_), .. });
        ControlFlow::Continue(())
    }

    fn pre_visit_relation(&mut self, name: &ObjectName) -> ControlFlow<()> {
        if !std::mem::take(&mut self.is_function) {
            self.add(name);
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<()> {
        if let Some(into) = &select.into {
            let targets = into.targets.iter().filter_map(written);
            targets.for_each(|target| add(&mut self.tables, target));
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_statement(&mut self, statement: &ast::Statement) -> ControlFlow<()> {
        match statement {
            ast::Statement::Copy {
                source: CopySource::Table { table_name, .. },
                ..
            } => self.add(table_name),
            ast::Statement::Drop {
                object_type: ObjectType::Table,
                names,
                ..
            } => names.iter().for_each(|name| self.add(name)),
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

/// The table that `SELECT .. INTO` makes.
fn written(target: &Expr) -> Option<String> {
    match target {
        Expr::Identifier(name) => Some(ident(name)),
        Expr::CompoundIdentifier(parts) => {
            Some(parts.iter().map(ident).collect::<Vec<_>>().join("."))
        }
        _ => None,
    }
}

/// `public.articles`, as the server knows it.
fn folded(name: &ObjectName) -> String {
    let parts = name.0.iter().filter_map(ObjectNamePart::as_ident);
    parts.map(ident).collect::<Vec<_>>().join(".")
}

fn ident(ident: &ast::Ident) -> String {
    match ident.quote_style {
        Some(_) => ident.value.clone(),
        None => fold(&ident.value),
    }
}

fn fold(name: &str) -> String {
    name.to_ascii_lowercase()
}
