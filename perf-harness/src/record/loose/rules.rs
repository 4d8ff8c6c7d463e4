//! The rules of the crate `sql-fingerprint` 1.11.1, <https://github.com/adamchainz/sql-fingerprint>, written anew for the
//! `sqlparser` of this crate.
//!
//! Copyright (c) 2025 Adam Johnson, under the MIT licence, which is in `LICENSE-sql-fingerprint` beside this file.

use std::collections::HashMap;
use std::ops::ControlFlow;

use sqlparser::ast::{
    Assignment, AssignmentTarget, ConflictTarget, Delete, Distinct, DoUpdate, Expr, GroupByExpr,
    Ident, Insert, Join, JoinConstraint, JoinOperator, LimitClause, ObjectName, ObjectNamePart,
    OnConflict, OnConflictAction, OnInsert, OrderByKind, Parens, Query, Select, SelectItem,
    SetExpr, Statement, TableAliasColumnDef, TableFactor, Update, Value, ValueWithSpan, VisitorMut,
};
use sqlparser::tokenizer::Span;

/// The numbers of one connection's savepoints, by the names that its program gave them.
pub(super) type Savepoints = HashMap<String, String>;

pub(super) struct Rules<'a> {
    pub(super) savepoints: &'a mut Savepoints,
    /// How many numbers are taken, on all connections.
    pub(super) taken: &'a mut usize,
}

impl VisitorMut for Rules<'_> {
    type Break = ();

    fn pre_visit_statement(&mut self, statement: &mut Statement) -> ControlFlow<()> {
        match statement {
            Statement::Savepoint { name } => self.number(name),
            Statement::ReleaseSavepoint { name }
            | Statement::Rollback {
                savepoint: Some(name),
                ..
            } => self.numbered(name),
            Statement::Declare { stmts, .. } => {
                let named = stmts.iter_mut().map(|declared| &mut declared.names);
                named.for_each(|names| elide(names, || Ident::new(ELISION)));
            }
            Statement::Insert(insert) => rows_inserted(insert),
            Statement::Update(Update {
                assignments,
                selection,
                returning,
                ..
            }) => {
                elide(assignments, assignment);
                selection.iter_mut().for_each(hide);
                returning.iter_mut().for_each(hide_items);
            }
            Statement::Delete(Delete {
                selection,
                returning,
                ..
            }) => {
                selection.iter_mut().for_each(hide);
                returning.iter_mut().for_each(hide_items);
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<()> {
        let mut open = vec![query.body.as_mut()];
        while let Some(body) = open.pop() {
            match body {
                SetExpr::Select(select) => selected(select),
                SetExpr::SetOperation { left, right, .. } => {
                    open.extend([left.as_mut(), right.as_mut()]);
                }
                _ => {}
            }
        }
        if let Some(order) = &mut query.order_by
            && let OrderByKind::Expressions(expressions) = &mut order.kind
        {
            expressions.truncate(1);
            for one in expressions {
                hide(&mut one.expr);
            }
        }
        query.limit_clause.iter_mut().for_each(limited);
        ControlFlow::Continue(())
    }

    fn pre_visit_relation(&mut self, relation: &mut ObjectName) -> ControlFlow<()> {
        for part in &mut relation.0 {
            if let ObjectNamePart::Identifier(name) = part {
                unquote(name);
            }
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, table: &mut TableFactor) -> ControlFlow<()> {
        if let TableFactor::UNNEST {
            alias, array_exprs, ..
        } = table
        {
            if let Some(alias) = alias {
                elide(&mut alias.columns, || TableAliasColumnDef {
                    name: Ident::new(ELISION),
                    data_type: None,
                });
            }
            elide(array_exprs, elision);
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expression: &mut Expr) -> ControlFlow<()> {
        match expression {
            Expr::Identifier(name) => unquote(name),
            Expr::CompoundIdentifier(names) => names.iter_mut().for_each(unquote),
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

impl Rules<'_> {
    fn number(&mut self, name: &mut Ident) {
        *self.taken += 1;
        let number = format!("s{}", self.taken);
        self.savepoints.insert(name.value.clone(), number.clone());
        *name = Ident::new(number);
    }

    /// One that was made before the list begins keeps its name.
    fn numbered(&self, name: &mut Ident) {
        if let Some(number) = self.savepoints.get(&name.value) {
            *name = Ident::new(number);
        }
    }
}

fn selected(select: &mut Select) {
    select.projection.truncate(1);
    for item in &mut select.projection {
        if let SelectItem::UnnamedExpr(_) | SelectItem::ExprWithAlias { .. } = item {
            *item = SelectItem::UnnamedExpr(elision());
        }
    }
    if let Some(Distinct::On(expressions)) = &mut select.distinct {
        elide(expressions, elision);
    }
    let joins = select.from.iter_mut().flat_map(|table| &mut table.joins);
    for constraint in joins.filter_map(constraint) {
        if let JoinConstraint::On(condition) = constraint {
            hide(condition);
        }
    }
    select.selection.iter_mut().for_each(hide);
    if let GroupByExpr::Expressions(expressions, ..) = &mut select.group_by {
        elide(expressions, elision);
    }
}

fn constraint(join: &mut Join) -> Option<&mut JoinConstraint> {
    match &mut join.join_operator {
        JoinOperator::Join(constraint)
        | JoinOperator::Inner(constraint)
        | JoinOperator::Left(constraint)
        | JoinOperator::LeftOuter(constraint)
        | JoinOperator::Right(constraint)
        | JoinOperator::RightOuter(constraint)
        | JoinOperator::FullOuter(constraint)
        | JoinOperator::Semi(constraint)
        | JoinOperator::LeftSemi(constraint)
        | JoinOperator::RightSemi(constraint)
        | JoinOperator::Anti(constraint)
        | JoinOperator::LeftAnti(constraint)
        | JoinOperator::RightAnti(constraint) => Some(constraint),
        _ => None,
    }
}

fn limited(clause: &mut LimitClause) {
    match clause {
        LimitClause::LimitOffset {
            limit,
            offset,
            limit_by,
        } => {
            limit.iter_mut().for_each(hide);
            if let Some(offset) = offset {
                hide(&mut offset.value);
            }
            elide(limit_by, elision);
        }
        LimitClause::OffsetCommaLimit { offset, limit } => {
            hide(offset);
            hide(limit);
        }
    }
}

fn rows_inserted(insert: &mut Insert) {
    elide(&mut insert.columns, || Ident::new(ELISION).into());
    if let Some(source) = &mut insert.source
        && let SetExpr::Values(values) = source.body.as_mut()
    {
        values.rows = vec![row()];
    }
    if let Some(OnInsert::OnConflict(on_conflict)) = &mut insert.on {
        conflicted(on_conflict);
    }
    insert.returning.iter_mut().for_each(hide_items);
}

fn conflicted(on_conflict: &mut OnConflict) {
    if let Some(ConflictTarget::Columns { columns, predicate }) = &mut on_conflict.conflict_target {
        elide(columns, || Ident::new(ELISION));
        predicate.iter_mut().for_each(hide);
    }
    if let OnConflictAction::DoUpdate(DoUpdate {
        assignments,
        selection,
    }) = &mut on_conflict.action
    {
        elide(assignments, assignment);
        selection.iter_mut().for_each(hide);
    }
}

/// What stands for all that is left out.
const ELISION: &str = "...";

/// The one thing that stands for all of a list. An empty list stays one.
pub(super) fn elide<T>(list: &mut Vec<T>, one: impl FnOnce() -> T) {
    if !list.is_empty() {
        *list = vec![one()];
    }
}

fn hide(expression: &mut Expr) {
    *expression = elision();
}

fn hide_items(items: &mut Vec<SelectItem>) {
    elide(items, || SelectItem::UnnamedExpr(elision()));
}

fn assignment() -> Assignment {
    let column = ObjectNamePart::Identifier(Ident::new(ELISION));
    Assignment {
        target: AssignmentTarget::ColumnName(ObjectName(vec![column])),
        value: elision(),
    }
}

pub(super) fn row() -> Parens<Vec<Expr>> {
    Parens::with_empty_span(vec![elision()])
}

pub(super) fn elision() -> Expr {
    Expr::Value(ValueWithSpan {
        value: elided(),
        span: Span::empty(),
    })
}

pub(super) fn elided() -> Value {
    Value::Placeholder(ELISION.to_owned())
}

/// Quotes go where a name is one without them.
pub(super) fn unquote(name: &mut Ident) {
    if name.value.chars().all(|c| c.is_alphanumeric() || c == '_') {
        name.quote_style = None;
    }
}
