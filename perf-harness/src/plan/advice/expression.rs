//! An expression as EXPLAIN writes it: with brackets around every part. What is not understood stays a text.

use crate::plan::token::{Kind, Token, tokens};

/// Deeper ones are not read.
const DEEPEST: usize = 60;

/// A part of a condition.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Expression {
    pub(super) form: Form,
    /// As it is written, without the name that the query gives to the table.
    pub(super) text: String,
}

/// What it is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Form {
    /// The table's name in the query, and the column as SQL writes it.
    Column(String, String),
    /// A literal, a parameter, or what is known before the table is read.
    Constant,
    Call(String, Vec<Expression>),
    /// To this type.
    Cast(Box<Expression>, String),
    /// `=`, or `= ANY`.
    Infix(Box<Expression>, String, Box<Expression>),
    And(Vec<Expression>),
    Or(Vec<Expression>),
    Not(Box<Expression>),
    /// `IS NULL`, or `IS NOT NULL`, which is `false`.
    Null(Box<Expression>, bool),
    Row(Vec<Expression>),
    /// Anything else, with the parts that are understood.
    Other(Vec<Expression>),
}

impl Expression {
    /// Reads a condition about the table that the query calls `alias`. `None` if it is written in a way that is not known.
    pub(super) fn read(text: &str, alias: &str) -> Option<Self> {
        let mut reader = Reader {
            source: text,
            tokens: tokens(text),
            alias,
            at: 0,
            depth: 0,
        };
        let found = reader.whole()?;
        (reader.at == reader.tokens.len()).then_some(found)
    }

    /// The columns that it names, each with the name of its table in the query.
    pub(super) fn columns(&self) -> Vec<(&str, &str)> {
        match &self.form {
            Form::Column(table, name) => vec![(table, name)],
            _ => self.parts().into_iter().flat_map(Self::columns).collect(),
        }
    }

    fn parts(&self) -> Vec<&Self> {
        match &self.form {
            Form::Column(..) | Form::Constant => Vec::new(),
            Form::Cast(part, _) | Form::Not(part) | Form::Null(part, _) => vec![&**part],
            Form::Infix(left, _, right) => vec![&**left, &**right],
            Form::Call(_, parts)
            | Form::And(parts)
            | Form::Or(parts)
            | Form::Row(parts)
            | Form::Other(parts) => parts.iter().collect(),
        }
    }
}

/// A text without the brackets around all of it.
pub(super) fn bare(text: &str) -> &str {
    let mut text = text.trim();
    while let Some(inner) = text
        .strip_prefix('(')
        .and_then(|rest| rest.strip_suffix(')'))
    {
        if !is_closed(inner) {
            break;
        }
        text = inner.trim();
    }
    text
}

/// Each bracket in it is closed in it.
fn is_closed(text: &str) -> bool {
    let mut open = 0_i32;
    for token in tokens(text) {
        match token.text {
            "(" => open += 1,
            ")" => open -= 1,
            _ => {}
        }
        if open < 0 {
            return false;
        }
    }
    open == 0
}

struct Reader<'t> {
    source: &'t str,
    tokens: Vec<Token<'t>>,
    alias: &'t str,
    at: usize,
    depth: usize,
}

impl<'t> Reader<'t> {
    fn peek(&self) -> Option<Token<'t>> {
        self.tokens.get(self.at).copied()
    }

    fn next(&mut self) -> Option<Token<'t>> {
        let token = self.peek()?;
        self.at += 1;
        Some(token)
    }

    fn takes(&mut self, is_it: impl Fn(&Token<'t>) -> bool) -> bool {
        let found = self.peek().is_some_and(|token| is_it(&token));
        self.at += usize::from(found);
        found
    }

    fn takes_symbol(&mut self, symbol: &str) -> bool {
        self.takes(|token| token.is_symbol(symbol))
    }

    fn takes_word(&mut self, word: &str) -> bool {
        self.takes(|token| token.is_word(word))
    }

    /// The text since `from`, without the alias before names.
    fn text(&self, from: usize) -> String {
        let mut text = String::new();
        let mut end = None;
        let mut at = from;
        while at < self.at {
            let token = self.tokens[at];
            if let Some(end) = end {
                text.push_str(&self.source[end..token.start]);
            }
            let is_alias = token.is_name() && unquoted(token.text) == self.alias;
            let follows = self
                .tokens
                .get(at + 1)
                .is_some_and(|next| next.is_symbol("."));
            if is_alias && follows {
                end = None;
                at += 2;
                continue;
            }
            text.push_str(token.text);
            end = Some(token.end());
            at += 1;
        }
        text
    }

    fn made(&self, form: Form, from: usize) -> Expression {
        Expression {
            form,
            text: self.text(from),
        }
    }

    /// All up to the bracket or the comma that ends it.
    fn whole(&mut self) -> Option<Expression> {
        let from = self.at;
        let mut left = self.operand()?;
        while let Some(token) = self.peek() {
            if [")", ",", "]"].iter().any(|end| token.is_symbol(end)) {
                break;
            }
            left = self.onward(left, from)?;
        }
        Some(left)
    }

    /// What an operator makes of what stands to its left.
    fn onward(&mut self, left: Expression, from: usize) -> Option<Expression> {
        let token = self.next()?;
        if token.is_word("AND") || token.is_word("OR") {
            let mut parts = vec![left, self.operand()?];
            while self.takes_word(token.text) {
                parts.push(self.operand()?);
            }
            let form = if token.is_word("AND") {
                Form::And(parts)
            } else {
                Form::Or(parts)
            };
            return Some(self.made(form, from));
        }
        if token.is_word("IS") {
            let is_not = self.takes_word("NOT");
            if self.takes_word("NULL") {
                return Some(self.made(Form::Null(Box::new(left), !is_not), from));
            }
        }
        if token.kind == Kind::Symbol && token.text != "." {
            let mut operator = token.text.to_owned();
            for word in ["ANY", "ALL"] {
                if self.takes_word(word) {
                    operator = format!("{operator} {word}");
                }
            }
            let right = self.operand()?;
            let form = Form::Infix(Box::new(left), operator, Box::new(right));
            return Some(self.made(form, from));
        }
        // `COLLATE "C"`, `AT TIME ZONE 'UTC'`, `IS DISTINCT FROM x`, `IS TRUE`: names are words, values are parts.
        let mut parts = vec![left];
        while let Some(token) = self.peek() {
            if [")", ",", "]"].iter().any(|end| token.is_symbol(end)) || token.is_word("AND") {
                break;
            }
            if token.is_name() && !self.is_qualified() {
                self.at += 1;
            } else {
                parts.push(self.operand()?);
            }
        }
        Some(self.made(Form::Other(parts), from))
    }

    /// A name with a dot or a bracket behind it.
    fn is_qualified(&self) -> bool {
        let next = self.tokens.get(self.at + 1);
        next.is_some_and(|next| next.is_symbol(".") || next.is_symbol("("))
    }

    fn operand(&mut self) -> Option<Expression> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        let from = self.at;
        let found = self.simple()?;
        self.depth -= 1;
        self.followed(found, from)
    }

    /// What a cast, a subscript or a field makes of it.
    fn followed(&mut self, mut found: Expression, from: usize) -> Option<Expression> {
        loop {
            if self.takes_symbol("::") {
                let type_name = self.type_name()?;
                let form = match found.form {
                    Form::Constant => Form::Constant,
                    _ => Form::Cast(Box::new(found), type_name),
                };
                found = self.made(form, from);
            } else if self.takes_symbol("[") {
                let mut parts = vec![found];
                while !self.takes_symbol("]") {
                    parts.push(self.whole()?);
                    self.takes_symbol(":");
                }
                found = self.made(Form::Other(parts), from);
            } else if self.takes_symbol(".") {
                self.next()?;
                found = self.made(Form::Other(vec![found]), from);
            } else {
                return Some(found);
            }
        }
    }

    fn simple(&mut self) -> Option<Expression> {
        let from = self.at;
        let token = self.next()?;
        let form = match token.kind {
            Kind::Literal | Kind::Parameter => Form::Constant,
            Kind::Symbol if token.text == "(" => return self.bracketed(from),
            Kind::Symbol if token.text == "-" || token.text == "+" => {
                Form::Other(vec![self.operand()?])
            }
            Kind::Symbol => return None,
            Kind::Word if token.is_word("NOT") => Form::Not(Box::new(self.whole()?)),
            Kind::Word if token.is_word("CASE") => self.case()?,
            Kind::Word if token.is_word("ARRAY") && self.takes_symbol("[") => {
                constant_or(Form::Other, self.list("]")?)
            }
            Kind::Word
                if ["SubPlan", "InitPlan", "hashed", "alternatives"].contains(&token.text) =>
            {
                self.subplan(token)
            }
            Kind::Word if is_constant(token.text) && !self.is_followed() => Form::Constant,
            Kind::Word | Kind::Quoted => self.named(token)?,
        };
        Some(self.made(form, from))
    }

    fn is_followed(&self) -> bool {
        self.peek()
            .is_some_and(|next| next.is_symbol(".") || next.is_symbol("("))
    }

    fn bracketed(&mut self, from: usize) -> Option<Expression> {
        let mut parts = self.list(")")?;
        let form = match parts.len() {
            1 => parts.remove(0).form,
            _ => Form::Row(parts),
        };
        Some(self.made(form, from))
    }

    /// Its value is known before the table is read, or it is asked for each row: nothing that an index would hold.
    fn subplan(&mut self, token: Token<'t>) -> Form {
        while self.peek().is_some_and(|next| !next.is_symbol(")")) {
            self.at += 1;
        }
        if token.text == "InitPlan" {
            Form::Constant
        } else {
            Form::Other(Vec::new())
        }
    }

    /// A column or a call.
    fn named(&mut self, first: Token<'t>) -> Option<Form> {
        let mut table = String::new();
        let mut name = first.text;
        while self.takes_symbol(".") {
            table = unquoted(name);
            name = self.next().filter(Token::is_name)?.text;
        }
        if self.takes_symbol("(") {
            let arguments = self.list(")")?;
            return Some(if name == "ROW" {
                Form::Row(arguments)
            } else {
                Form::Call(name.to_owned(), arguments)
            });
        }
        Some(Form::Column(table, name.to_owned()))
    }

    /// Expressions to the closing bracket. `FROM`, `FOR` and their like part them as commas do.
    fn list(&mut self, end: &str) -> Option<Vec<Expression>> {
        let mut parts = Vec::new();
        while !self.takes_symbol(end) {
            parts.push(self.whole()?);
            self.takes_symbol(",");
        }
        Some(parts)
    }

    fn case(&mut self) -> Option<Form> {
        let mut parts = Vec::new();
        while !self.takes_word("END") {
            let is_word = ["WHEN", "THEN", "ELSE"]
                .iter()
                .any(|word| self.takes_word(word));
            if !is_word {
                parts.push(self.operand()?);
            }
        }
        Some(Form::Other(parts))
    }

    /// `text`, `character varying(200)`, `timestamp(3) with time zone`, `bigint[]`, `blog.mood`.
    fn type_name(&mut self) -> Option<String> {
        const MORE: [&str; 6] = ["varying", "precision", "with", "without", "time", "zone"];
        let from = self.at;
        self.next().filter(Token::is_name)?;
        loop {
            let goes_on = MORE.iter().any(|word| self.takes_word(word));
            if self.takes_symbol(".") {
                self.next().filter(Token::is_name)?;
            } else if self.takes_symbol("(") {
                while !self.takes_symbol(")") {
                    self.next()?;
                }
            } else if self.peek().is_some_and(|token| token.is_symbol("["))
                && self
                    .tokens
                    .get(self.at + 1)
                    .is_some_and(|token| token.is_symbol("]"))
            {
                self.at += 2;
            } else if !goes_on {
                return Some(self.text(from));
            }
        }
    }
}

fn constant_or(form: impl Fn(Vec<Expression>) -> Form, parts: Vec<Expression>) -> Form {
    if parts.iter().all(|part| part.form == Form::Constant) {
        Form::Constant
    } else {
        form(parts)
    }
}

fn is_constant(word: &str) -> bool {
    let word = word.to_ascii_uppercase();
    matches!(word.as_str(), "TRUE" | "FALSE" | "NULL") || word.starts_with("CURRENT_")
}

/// A name without its quotes.
pub(super) fn unquoted(name: &str) -> String {
    match name
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
    {
        Some(inner) => inner.replace("\"\"", "\""),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests;
