//! What must not matter: the values, how many there are, comments, blanks, and the case of keywords.

use proptest::prelude::*;

use super::statement::{Piece, Statement};

#[derive(Clone, Debug)]
pub(super) struct Look {
    literals: Vec<&'static str>,
    gaps: Vec<&'static str>,
    widths: Vec<usize>,
    /// Are the values of lists parameters?
    bound: Vec<bool>,
    pub(super) lower: bool,
}

/// Each holds what `SECRET` is.
const LITERALS: [&str; 14] = [
    "77",
    "-77",
    "77.77",
    "7.77e+3",
    ".77",
    "'77'",
    "'77''s -- no /* comment'",
    "E'77\\'s'",
    "$$77 's$$",
    "$x$77 $$ $x$",
    "'é77'",
    "'$1 77'",
    "'77)'",
    "'77;'",
];

const GAPS: [&str; 8] = [
    " ",
    "  ",
    "\n",
    "\t",
    " /* 77's (,; */ ",
    " /* a /* b */ 77 */ ",
    " -- 77 '$1\n",
    "\r\n",
];

pub(super) fn look() -> impl Strategy<Value = Look> {
    use prop::collection::vec;
    (
        vec(prop::sample::select(LITERALS.to_vec()), 1..6),
        vec(prop::sample::select(GAPS.to_vec()), 1..6),
        vec(1..5_usize, 1..4),
        vec(any::<bool>(), 1..4),
        any::<bool>(),
    )
        .prop_map(|(literals, gaps, widths, bound, lower)| Look {
            literals,
            gaps,
            widths,
            bound,
            lower,
        })
}

impl Look {
    pub(super) fn written(&self, statement: &Statement) -> String {
        let mut pen = Pen {
            look: self,
            text: String::new(),
            literals: 0,
            gaps: 0,
            lists: 0,
            parameters: 0,
        };
        for piece in statement.pieces() {
            pen.gap();
            pen.piece(&piece);
        }
        pen.gap();
        pen.text
    }
}

struct Pen<'a> {
    look: &'a Look,
    text: String,
    literals: usize,
    gaps: usize,
    lists: usize,
    parameters: usize,
}

fn next<T: Copy>(from: &[T], taken: &mut usize) -> T {
    *taken += 1;
    from[*taken % from.len()]
}

impl Pen<'_> {
    fn piece(&mut self, piece: &Piece) {
        match piece {
            Piece::Keyword(word) if self.look.lower => self.text += &word.to_lowercase(),
            Piece::Keyword(text) | Piece::Text(text) | Piece::Call(text) => self.text += text,
            Piece::Literal => self.literal(),
            Piece::Parameter => self.parameter(),
            Piece::Values => {
                let width = next(&self.look.widths, &mut self.lists);
                self.values(width);
            }
            Piece::Rows(width) => {
                let rows = next(&self.look.widths, &mut self.lists);
                for row in 0..rows {
                    if row > 0 {
                        self.text.push(',');
                        self.gap();
                    }
                    self.text.push('(');
                    self.values(*width);
                    self.text.push(')');
                }
            }
        }
    }

    fn values(&mut self, width: usize) {
        let bound = next(&self.look.bound, &mut self.lists);
        for at in 0..width {
            if at > 0 {
                self.text.push(',');
                self.gap();
            }
            if bound {
                self.parameter();
            } else {
                self.literal();
            }
        }
    }

    fn literal(&mut self) {
        self.text += next(&self.look.literals, &mut self.literals);
    }

    fn parameter(&mut self) {
        self.parameters += 1;
        self.text.push('$');
        self.text += &self.parameters.to_string();
    }

    fn gap(&mut self) {
        self.text += next(&self.look.gaps, &mut self.gaps);
    }
}
