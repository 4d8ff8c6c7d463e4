//! A script in the pieces that are sent: a statement, a run of inserts, or a `COPY` with its data.

use super::CHUNK;
use super::lexer::{next_statement, skip_blank, words};

/// What is sent at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece<'t> {
    pub(super) text: &'t str,
    /// What follows a `COPY .. FROM stdin`.
    pub(super) data: Option<&'t [u8]>,
    /// Where it is in the script.
    pub(super) start: usize,
    end: usize,
}

impl Piece<'_> {
    pub(super) fn end(&self) -> usize {
        self.end
    }

    /// Its first words, in capitals.
    pub(super) fn words(&self, most: usize) -> Vec<String> {
        words(self.text, most)
    }
}

/// What cannot be run, and where it is.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mistake {
    pub(super) at: usize,
    pub(super) what: String,
}

/// Those of `psql`'s own commands that change nothing here.
const PASSED_OVER: [&str; 6] = ["restrict", "unrestrict", "connect", "c", "echo", "encoding"];

pub(super) struct Pieces<'t> {
    text: &'t [u8],
    at: usize,
}

impl<'t> Pieces<'t> {
    pub(super) fn of(text: &'t [u8]) -> Self {
        Self { text, at: 0 }
    }

    /// Passes over commands of `psql`.
    fn commands(&mut self) -> Result<(), Mistake> {
        loop {
            let at = skip_blank(self.text, self.at);
            let Some(command) = self.text[at..].strip_prefix(b"\\") else {
                return Ok(());
            };
            let line = command
                .split(|byte| *byte == b'\n')
                .next()
                .unwrap_or(command);
            let line = String::from_utf8_lossy(line);
            let name = line.split_whitespace().next().unwrap_or_default();
            if !PASSED_OVER.contains(&name) {
                return Err(Mistake {
                    at,
                    what: format!("`\\{name}` is a command of psql, which does not run this"),
                });
            }
            self.at = self.past_line(at);
        }
    }

    fn next_piece(&mut self) -> Result<Option<Piece<'t>>, Mistake> {
        self.commands()?;
        let Some(piece) = self.statement()? else {
            return Ok(None);
        };
        self.at = piece.end;
        let first = piece.words(1);
        match first.first().map(String::as_str) {
            Some("COPY") if reads_stdin(piece.text) => Ok(Some(self.with_data(piece))),
            Some("INSERT") => self.with_more(piece).map(Some),
            _ => Ok(Some(piece)),
        }
    }

    fn statement(&self) -> Result<Option<Piece<'t>>, Mistake> {
        next_statement(self.text, self.at)
            .map(|found| self.piece(found.start, found.end))
            .transpose()
    }

    fn piece(&self, start: usize, end: usize) -> Result<Piece<'t>, Mistake> {
        let text = std::str::from_utf8(&self.text[start..end]).map_err(|error| Mistake {
            at: start + error.valid_up_to(),
            what: "this is not UTF-8: write the file in that encoding (pg_dump --encoding=UTF8)"
                .to_owned(),
        })?;
        Ok(Piece {
            text,
            data: None,
            start,
            end,
        })
    }

    /// The data goes from the next line to one with `\.` alone.
    fn with_data(&mut self, piece: Piece<'t>) -> Piece<'t> {
        let start = self.past_line(piece.end);
        let mut end = start;
        while end < self.text.len() {
            let next = self.past_line(end);
            if matches!(self.text[end..next].trim_ascii_end(), b"\\.") {
                self.at = next;
                break;
            }
            end = next;
            self.at = next;
        }
        Piece {
            data: Some(&self.text[start..end]),
            end: self.at,
            ..piece
        }
    }

    /// Inserts one after the other are sent together: a round trip for each would take long.
    fn with_more(&mut self, first: Piece<'t>) -> Result<Piece<'t>, Mistake> {
        let mut end = first.end;
        while end - first.start < CHUNK {
            match self.statement() {
                Ok(Some(next)) if next.words(1) == ["INSERT"] => {
                    end = next.end;
                    self.at = end;
                }
                _ => break,
            }
        }
        self.piece(first.start, end)
    }

    fn past_line(&self, at: usize) -> usize {
        let rest = &self.text[at..];
        let end = rest.iter().position(|byte| *byte == b'\n');
        end.map_or(self.text.len(), |length| at + length + 1)
    }
}

impl<'t> Iterator for Pieces<'t> {
    type Item = Result<Piece<'t>, Mistake>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.next_piece();
        if next.is_err() {
            self.at = self.text.len();
        }
        next.transpose()
    }
}

fn reads_stdin(statement: &str) -> bool {
    words(statement, usize::MAX)
        .windows(2)
        .any(|pair| pair[0] == "FROM" && pair[1] == "STDIN")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &str) -> Vec<(&str, Option<&str>)> {
        let read = |piece: Result<Piece<'static>, Mistake>| {
            let piece = piece.unwrap();
            (
                piece.text,
                piece.data.map(|data| std::str::from_utf8(data).unwrap()),
            )
        };
        let text: &'static str = String::leak(text.to_owned());
        Pieces::of(text.as_bytes()).map(read).collect()
    }

    #[test]
    fn the_data_of_a_copy_belongs_to_it() {
        let dump = "\\restrict abc\n\nCOPY public.t (a, b) FROM stdin;\n1\tit's; -- $$\n2\t\\N\n\\.\n\n\\connect x\nSELECT 1;\n\\unrestrict abc\n";
        assert_eq!(
            pieces(dump),
            [
                (
                    "COPY public.t (a, b) FROM stdin;",
                    Some("1\tit's; -- $$\n2\t\\N\n")
                ),
                ("SELECT 1;", None)
            ]
        );
        assert_eq!(
            pieces("COPY t FROM STDIN;\n\\.\nSELECT 1;"),
            [("COPY t FROM STDIN;", Some("")), ("SELECT 1;", None)]
        );
        assert_eq!(
            pieces("COPY t FROM stdin;\n1\n"),
            [("COPY t FROM stdin;", Some("1\n"))]
        );
    }

    #[test]
    fn inserts_are_sent_together_up_to_a_size() {
        let text = "INSERT INTO a VALUES (1);\n-- next\nINSERT INTO b VALUES (2);\nSELECT 1;\nINSERT INTO a VALUES (3);";
        assert_eq!(
            pieces(text),
            [
                (
                    "INSERT INTO a VALUES (1);\n-- next\nINSERT INTO b VALUES (2);",
                    None
                ),
                ("SELECT 1;", None),
                ("INSERT INTO a VALUES (3);", None)
            ]
        );
        let large = format!("INSERT INTO a VALUES ('{}');", "x".repeat(CHUNK));
        assert_eq!(pieces(&large.repeat(3)).len(), 3);
    }

    #[test]
    fn a_command_that_does_something_is_refused() {
        let found: Vec<_> = Pieces::of(b"SELECT 1;\n\\i more.sql\nSELECT 2;").collect();
        let what = "`\\i` is a command of psql, which does not run this".to_owned();
        assert_eq!(found.len(), 2);
        assert_eq!(found[1], Err(Mistake { at: 10, what }));
    }
}
