//! What the rules leave in a text and a snapshot must not hold: values, names of cursors, the width of lists.

use std::ops::ControlFlow;

use sqlparser::ast::{
    CloseCursor, Expr, Ident, InTarget, Query, SetExpr, Statement, UnaryOperator, Value,
    ValueWithSpan, VisitorMut,
};

use super::rules::{elide, elided, elision, row};

pub(super) struct Rest;

impl VisitorMut for Rest {
    type Break = ();

    fn pre_visit_statement(&mut self, statement: &mut Statement) -> ControlFlow<()> {
        match statement {
            Statement::Fetch { name, .. }
            | Statement::Close {
                cursor: CloseCursor::Specific { name },
            } => *name = Ident::new("..."),
            Statement::NOTIFY {
                payload: Some(payload),
                ..
            } => "...".clone_into(payload),
            _ => {}
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<()> {
        let mut open = vec![query.body.as_mut()];
        while let Some(body) = open.pop() {
            match body {
                SetExpr::Values(values) => values.rows = vec![row()],
                SetExpr::SetOperation { left, right, .. } => {
                    open.extend([left.as_mut(), right.as_mut()]);
                }
                _ => {}
            }
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expression: &mut Expr) -> ControlFlow<()> {
        match expression {
            Expr::In {
                target: InTarget::List(list),
                ..
            } if list.iter().all(is_value) => elide(list, elision),
            // A number's sign is a part of it.
            Expr::UnaryOp {
                op: UnaryOperator::Minus | UnaryOperator::Plus,
                expr,
            } if matches!(**expr, Expr::Value(_)) => *expression = elision(),
            Expr::Array(array) if array.elem.iter().all(is_value) => {
                elide(&mut array.elem, elision);
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_value(&mut self, value: &mut ValueWithSpan) -> ControlFlow<()> {
        // These two are words of a statement, as `IS NULL` is, and say nothing of anybody.
        if !matches!(value.value, Value::Null | Value::Boolean(_)) {
            value.value = elided();
        }
        ControlFlow::Continue(())
    }
}

/// A literal or a parameter, whatever type it is given.
fn is_value(expression: &Expr) -> bool {
    let mut inner = expression;
    loop {
        inner = match inner {
            Expr::Value(_) | Expr::TypedString(_) => return true,
            Expr::Cast { expr, .. } | Expr::Nested(expr) | Expr::UnaryOp { expr, .. } => expr,
            Expr::Tuple(row) => return row.iter().all(is_value),
            _ => return false,
        };
    }
}
