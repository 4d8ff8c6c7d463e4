//! Statements by their structure: what is asked, without the values that it is asked with.

use proptest::prelude::*;

/// A piece of a statement, as it is written.
#[derive(Clone, Debug)]
pub(super) enum Piece {
    Keyword(&'static str),
    /// A name or a sign.
    Text(&'static str),
    /// A name and the bracket after it, which stand together.
    Call(&'static str),
    /// Some value, written into the text.
    Literal,
    Parameter,
    /// `1, 2, 3`: so many values as one likes.
    Values,
    /// `(1, 2), (3, 4)`: so many rows of this width as one likes.
    Rows(usize),
}

use Piece::{Call, Keyword, Literal, Parameter, Rows, Text, Values};

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Statement {
    kind: Kind,
    table: &'static str,
    columns: Vec<&'static str>,
    pub(super) conditions: Vec<Condition>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Select,
    SelectGrouped,
    SelectJoined,
    SelectFromValues,
    SelectFromFunction,
    Union,
    Insert,
    Upsert,
    InsertSelect,
    Update,
    Delete,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Condition {
    column: &'static str,
    test: Test,
}

#[derive(Clone, Debug, PartialEq)]
enum Test {
    Is(&'static str),
    EqualsLiteral,
    EqualsParameter,
    In,
    NotIn,
    RowIn,
    Any,
    Between,
    Like,
    Call,
    Minus,
    Exists(Box<Condition>),
}

const TABLES: [&str; 4] = ["users", "\"Users\"", "public.users", "\"public\".\"users\""];
const COLUMNS: [&str; 4] = ["a", "\"b\"", "users.c", "\"users\".\"d\""];
const PLAIN: [&str; 4] = ["a", "\"b\"", "c", "\"D d\""];

pub(super) fn condition() -> impl Strategy<Value = Condition> {
    let test = prop_oneof![
        prop::sample::select(vec!["IS NULL", "IS NOT NULL", "= b", "> users.c"]).prop_map(Test::Is),
        prop::sample::select(vec![
            Test::EqualsLiteral,
            Test::EqualsParameter,
            Test::In,
            Test::NotIn,
            Test::RowIn,
            Test::Any,
            Test::Between,
            Test::Like,
            Test::Call,
            Test::Minus,
        ]),
    ];
    let plain = (prop::sample::select(COLUMNS.to_vec()), test)
        .prop_map(|(column, test)| Condition { column, test });
    plain.prop_recursive(2, 4, 1, |inner| {
        let column = prop::sample::select(COLUMNS.to_vec());
        (column, inner).prop_map(|(column, inner)| Condition {
            column,
            test: Test::Exists(Box::new(inner)),
        })
    })
}

pub(super) fn statement() -> impl Strategy<Value = Statement> {
    let kind = prop::sample::select(vec![
        Kind::Select,
        Kind::SelectGrouped,
        Kind::SelectJoined,
        Kind::SelectFromValues,
        Kind::SelectFromFunction,
        Kind::Union,
        Kind::Insert,
        Kind::Upsert,
        Kind::InsertSelect,
        Kind::Update,
        Kind::Delete,
    ]);
    let columns = prop::sample::subsequence(PLAIN.to_vec(), 1..=PLAIN.len());
    let conditions = prop::collection::vec(condition(), 0..4);
    let table = prop::sample::select(TABLES.to_vec());
    (kind, table, columns, conditions).prop_map(|(kind, table, columns, conditions)| Statement {
        // A row that is inserted has no conditions.
        conditions: if kind == Kind::Insert {
            Vec::new()
        } else {
            conditions
        },
        kind,
        table,
        columns,
    })
}

impl Statement {
    pub(super) fn pieces(&self) -> Vec<Piece> {
        let mut pieces = self.before();
        for (at, condition) in self.conditions.iter().enumerate() {
            pieces.push(Keyword(if at == 0 { "WHERE" } else { "AND" }));
            pieces.extend(condition.pieces());
        }
        pieces.extend(self.after());
        pieces
    }

    fn before(&self) -> Vec<Piece> {
        let table = Text(self.table);
        match self.kind {
            Kind::Insert => self.inserted(vec![]),
            Kind::Upsert => self.inserted(vec![
                Keyword("ON CONFLICT"),
                Text("("),
                Text("a"),
                Text(")"),
                Keyword("DO UPDATE SET"),
                Text("b"),
                Text("="),
                Literal,
            ]),
            Kind::Update => vec![
                Keyword("UPDATE"),
                table,
                Keyword("SET"),
                Text("a"),
                Text("="),
                Literal,
                Text(","),
                Text("b"),
                Text("="),
                Parameter,
            ],
            Kind::Delete => vec![Keyword("DELETE FROM"), table],
            Kind::InsertSelect => {
                let target = vec![Keyword("INSERT INTO"), Text("books")];
                [target, self.selected(), vec![table]].concat()
            }
            Kind::Union => {
                let other = vec![
                    Text("books"),
                    Keyword("WHERE"),
                    Text("a"),
                    Text("="),
                    Literal,
                ];
                let union = vec![Keyword("UNION ALL")];
                [self.selected(), other, union, self.selected(), vec![table]].concat()
            }
            Kind::Select | Kind::SelectGrouped => [self.selected(), vec![table]].concat(),
            Kind::SelectJoined | Kind::SelectFromValues | Kind::SelectFromFunction => {
                [self.selected(), self.source()].concat()
            }
        }
    }

    /// What is selected from, where it is more than a table.
    fn source(&self) -> Vec<Piece> {
        match self.kind {
            Kind::SelectJoined => vec![
                Text(self.table),
                Keyword("LEFT JOIN"),
                Text("books"),
                Keyword("ON"),
                Text("a = books.a"),
                Keyword("AND"),
                Text("k ="),
                Literal,
            ],
            Kind::SelectFromValues => vec![
                Text("("),
                Keyword("VALUES"),
                Rows(2),
                Text(")"),
                Keyword("AS"),
                Call("v("),
                Text("a, b)"),
            ],
            _ => vec![
                Call("generate_series("),
                Literal,
                Text(","),
                Parameter,
                Text(")"),
            ],
        }
    }

    fn selected(&self) -> Vec<Piece> {
        let mut pieces = vec![Keyword("SELECT")];
        for column in &self.columns {
            pieces.extend([Text(column), Text(",")]);
        }
        pieces.extend([Call("coalesce("), Text("a"), Text(","), Literal, Text(")")]);
        pieces.push(Keyword("FROM"));
        pieces
    }

    fn inserted(&self, rest: Vec<Piece>) -> Vec<Piece> {
        let mut pieces = vec![Keyword("INSERT INTO"), Text(self.table), Text("(")];
        for (at, column) in self.columns.iter().enumerate() {
            pieces.extend((at > 0).then_some(Text(",")));
            pieces.push(Text(column));
        }
        pieces.extend([Text(")"), Keyword("VALUES"), Rows(self.columns.len())]);
        [pieces, rest].concat()
    }

    fn after(&self) -> Vec<Piece> {
        match self.kind {
            Kind::SelectGrouped => vec![
                Keyword("GROUP BY"),
                Text("a"),
                Keyword("HAVING"),
                Call("count("),
                Text("b"),
                Text(")"),
                Text(">"),
                Literal,
                Keyword("AND"),
                Text("a"),
                Keyword("IN"),
                Text("("),
                Values,
                Text(")"),
                Keyword("ORDER BY"),
                Text("a"),
            ],
            Kind::Select => vec![Keyword("LIMIT"), Literal, Keyword("OFFSET"), Parameter],
            Kind::Update | Kind::Upsert => vec![Keyword("RETURNING"), Text("a")],
            _ => vec![],
        }
    }
}

impl Condition {
    fn pieces(&self) -> Vec<Piece> {
        let column = Text(self.column);
        match &self.test {
            Test::Is(what) => vec![column, Text(what)],
            Test::EqualsLiteral => vec![column, Text("="), Literal],
            Test::EqualsParameter => vec![column, Text("="), Parameter],
            Test::In => vec![column, Keyword("IN"), Text("("), Values, Text(")")],
            Test::NotIn => vec![column, Keyword("NOT IN"), Text("("), Values, Text(")")],
            Test::RowIn => vec![
                Text("("),
                column,
                Text(","),
                Text("c"),
                Text(")"),
                Keyword("IN"),
                Text("("),
                Rows(2),
                Text(")"),
            ],
            Test::Any => vec![
                column,
                Text("="),
                Call("ANY("),
                Keyword("ARRAY"),
                Text("["),
                Values,
                Text("]"),
                Text(")"),
            ],
            Test::Between => vec![column, Keyword("BETWEEN"), Literal, Keyword("AND"), Literal],
            Test::Like => vec![column, Keyword("LIKE"), Literal],
            Test::Call => vec![Call("lower("), column, Text(")"), Text("="), Literal],
            Test::Minus => vec![column, Text("-"), Literal, Text(">"), Parameter],
            Test::Exists(inner) => [
                vec![
                    Keyword("EXISTS"),
                    Text("("),
                    Keyword("SELECT"),
                    Literal,
                    Keyword("FROM"),
                ],
                vec![
                    Text("books"),
                    Keyword("WHERE"),
                    column,
                    Text("= e"),
                    Keyword("AND"),
                ],
                inner.pieces(),
                vec![Text(")")],
            ]
            .concat(),
        }
    }
}
