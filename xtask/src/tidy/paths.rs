//! The paths that code names: `a::b::c`, one for each leaf of a `use a::{b, c::d}`.

use super::tokens::{Token, starts_with};

/// One path, as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Path<'c> {
    /// `*` is the last of a glob.
    pub(crate) segments: Vec<&'c str>,
    /// Whether it is called as a macro.
    pub(crate) is_macro: bool,
    /// Where its last segment is, counted from 1.
    pub(crate) line: usize,
    /// How many inline modules of the file enclose it.
    pub(crate) depth: usize,
}

impl<'c> Path<'c> {
    /// The path from the root of the crate, if it says where it starts: with `crate`, `self` or `super`.
    pub(crate) fn absolute(&self, module: &[&'c str]) -> Option<Vec<&'c str>> {
        let mut place = module.to_vec();
        place.extend(vec!["an inline module"; self.depth]);
        match *self.segments.first()? {
            "crate" => place.clear(),
            "self" | "super" => {}
            _ => return None,
        }
        for segment in &self.segments {
            match *segment {
                "crate" | "self" => {}
                "super" => drop(place.pop()),
                name => place.push(name),
            }
        }
        Some(place)
    }

    /// Whether the path names `words`, written `a`, `a::b` or `a!`.
    pub(crate) fn names(&self, words: &str) -> bool {
        if let Some(name) = words.strip_suffix('!') {
            return self.is_macro && self.segments.last() == Some(&name);
        }
        let words = words.split("::");
        let mut stretches = self.segments.windows(words.clone().count());
        stretches.any(|stretch| stretch.iter().copied().eq(words.clone()))
    }
}

/// Every path in the code, single words included. Paths behind `$crate` lose their start: they belong to a caller.
pub(crate) fn paths<'c>(tokens: &[Token<'c>]) -> Vec<Path<'c>> {
    let mut reader = Reader {
        tokens,
        at: 0,
        scopes: Scopes::default(),
        paths: Vec::new(),
    };
    while reader.at < tokens.len() {
        reader.step();
    }
    reader.paths
}

struct Reader<'t, 'c> {
    tokens: &'t [Token<'c>],
    at: usize,
    scopes: Scopes,
    paths: Vec<Path<'c>>,
}

/// Which inline modules are open.
#[derive(Default)]
struct Scopes {
    braces: usize,
    modules: Vec<usize>,
}

impl<'c> Reader<'_, 'c> {
    fn step(&mut self) {
        let rest = &self.tokens[self.at..];
        match rest[0].text {
            "$" if starts_with(&rest[1..], &["crate"]) => self.at += 2,
            "mod" if rest.get(2).is_some_and(|token| token.text == "{") => {
                self.scopes.open_module();
                self.at += 3;
            }
            // `use ::std::env` is no path that starts with `use`.
            "use" => self.at += 1,
            _ if rest[0].is_word() => self.read_path(&[]),
            text => {
                self.scopes.see(text);
                self.at += 1;
            }
        }
    }

    /// Reads from a word onwards, with `before` in front of it.
    fn read_path(&mut self, before: &[&'c str]) {
        let mut segments = before.to_vec();
        loop {
            let token = self.tokens[self.at];
            segments.push(token.text);
            self.at += 1;
            if !self.sees("::") {
                return self.finish(segments, token.line);
            }
            match self.tokens.get(self.at + 1) {
                Some(next) if next.is_word() || next.text == "*" => self.at += 1,
                Some(next) if next.text == "{" => {
                    self.at += 2;
                    return self.read_group(&segments);
                }
                _ => return self.finish(segments, token.line),
            }
        }
    }

    /// Reads the leaves of `{a, b::c as d, *}`, from behind the brace that opens it.
    fn read_group(&mut self, before: &[&'c str]) {
        while let Some(token) = self.tokens.get(self.at) {
            match token.text {
                "}" => {
                    self.at += 1;
                    return;
                }
                "as" => self.at += 2,
                "*" => self.read_path(before),
                _ if token.is_word() => self.read_path(before),
                _ => self.at += 1,
            }
        }
    }

    fn finish(&mut self, segments: Vec<&'c str>, line: usize) {
        let is_macro = self.sees("!");
        let depth = self.scopes.modules.len();
        self.paths.push(Path {
            segments,
            is_macro,
            line,
            depth,
        });
    }

    fn sees(&self, text: &str) -> bool {
        self.tokens
            .get(self.at)
            .is_some_and(|token| token.text == text)
    }
}

impl Scopes {
    fn open_module(&mut self) {
        self.braces += 1;
        self.modules.push(self.braces);
    }

    fn see(&mut self, text: &str) {
        match text {
            "{" => self.braces += 1,
            "}" => {
                if self.modules.last() == Some(&self.braces) {
                    self.modules.pop();
                }
                self.braces = self.braces.saturating_sub(1);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tokens::tokens;
    use super::*;

    /// The paths of more than one segment, and macros.
    fn long_paths(code: &str) -> Vec<String> {
        let paths = paths(&tokens(code));
        let told = paths
            .iter()
            .filter(|path| path.segments.len() > 1 || path.is_macro);
        told.map(|path| {
            let mark = if path.is_macro { "!" } else { "" };
            format!("{} {}{mark}", path.line, path.segments.join("::"))
        })
        .collect()
    }

    #[test]
    fn each_leaf_of_a_use_tree_is_a_path_on_its_own_line() {
        let check = |code, expected: &[&str]| assert_eq!(long_paths(code), expected, "{code}");
        check("use a::b;", &["1 a::b"]);
        check(
            "use a::{b, c::{d, e as f}, g::*};",
            &["1 a::b", "1 a::c::d", "1 a::c::e", "1 a::g::*"],
        );
        check(
            "use crate::{\n  a::A,\n  b,\n};\nc::d()",
            &["2 crate::a::A", "3 crate::b", "5 c::d"],
        );
        check(
            "use ::std::env::{self, var};",
            &["1 std::env::self", "1 std::env::var"],
        );
    }

    #[test]
    fn paths_in_expressions_and_types_are_found() {
        let check = |code, expected: &[&str]| assert_eq!(long_paths(code), expected, "{code}");
        check("x: Vec<a::B<c::D>>", &["1 a::B", "1 c::D"]);
        check("a::b::<c::D>()", &["1 a::b", "1 c::D"]);
        check("println!(a::b)", &["1 println!", "1 a::b"]);
        check("std::println!()", &["1 std::println!"]);
        check("$crate::a::b!()", &["1 a::b!"]);
        check("A { b: c::d }", &["1 c::d"]);
    }

    #[test]
    fn a_path_is_followed_to_the_root_of_the_crate() {
        let check = |module: &[&'static str], code, expected: Option<&str>| {
            let tokens = tokens(code);
            let path = paths(&tokens)
                .into_iter()
                .find(|path| path.segments.len() > 1)
                .unwrap();
            let place = path.absolute(module).map(|place| place.join("::"));
            assert_eq!(place.as_deref(), expected, "{code}");
        };
        check(&["a", "b"], "crate::c", Some("c"));
        check(&["a", "b"], "self::c", Some("a::b::c"));
        check(&["a", "b"], "super::c", Some("a::c"));
        check(&["a", "b"], "super::super::c::d", Some("c::d"));
        check(&["a", "b"], "std::c", None);
        check(&["a"], "mod tests { use super::b; }", Some("a::b"));
        check(&["a"], "mod tests { use super::super::b; }", Some("b"));
        check(&["a"], "mod one { fn f() { if x {} } } super::b", Some("b"));
        check(&[], "crate::*", Some("*"));
    }

    #[test]
    fn words_are_named_as_whole_segments() {
        let check = |code, words, expected| {
            let tokens = tokens(code);
            assert_eq!(paths(&tokens)[0].names(words), expected, "{code} {words}");
        };
        check("std::env::var", "env::var", true);
        check("std::env::var_os", "env::var", false);
        check("my_env::var", "env::var", false);
        check("std::println!", "println!", true);
        check("eprintln!", "println!", false);
        check("std::panic::Location", "panic!", false);
        check("std::time::SystemTime::now", "SystemTime", true);
    }
}
