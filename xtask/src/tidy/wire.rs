//! Inside `record/wire`: bytes become messages, messages become queries, and only the tap does IO.

use super::finding::Finding;
use super::paths::paths;
use super::rust_file::RustFile;

/// Where the rule applies.
const WIRE: [&str; 2] = ["record", "wire"];

/// The pure modules and their siblings that they must not know.
const PURE: [(&str, &[&str]); 2] = [("codec", &["session", "tap"]), ("session", &["tap"])];

pub(crate) fn check(files: &[RustFile<'_>]) -> Vec<Finding> {
    files.iter().flat_map(check_file).collect()
}

fn check_file(file: &RustFile<'_>) -> Vec<Finding> {
    let module = file.module().unwrap_or_default();
    let pure = PURE
        .iter()
        .find(|(name, _)| module.starts_with(&[WIRE[0], WIRE[1], name]));
    let Some((name, forbidden)) = pure else {
        return Vec::new();
    };
    let tokens = file.tokens();
    let mut findings = Vec::new();
    for path in paths(&tokens) {
        let place = path.absolute(&module).unwrap_or_default();
        if let Some(sibling) = forbidden
            .iter()
            .find(|it| place.starts_with(&[WIRE[0], WIRE[1], it]))
        {
            findings.push(Finding::new(file.path, path.line, knows(name, sibling)));
        }
        if path.names("tokio") {
            findings.push(Finding::new(file.path, path.line, does_io(name)));
        }
    }
    findings.dedup();
    findings
}

fn knows(name: &str, sibling: &str) -> String {
    format!(
        "`{name}` must not know `{sibling}`, which is built on it: move what both need into `{name}`"
    )
}

fn does_io(name: &str) -> String {
    format!("`{name}` is pure and does no IO: leave tokio to `tap`, and hand the bytes in")
}

#[cfg(test)]
mod tests {
    use super::super::sample::check_harness_file;
    use super::*;

    fn check_one(name: &str, text: &str, expected: &[&str]) {
        check_harness_file(check, &format!("record/wire/{name}"), text, expected);
    }

    #[test]
    fn each_part_of_the_wire_knows_what_is_below_it() {
        check_one(
            "codec.rs",
            "//! Not `super::tap`, no tokio.\nuse super::super::query::Query;",
            &[],
        );
        check_one("session.rs", "use super::codec::Message;", &[]);
        check_one(
            "tap.rs",
            "use super::{codec, session::Session}; use tokio::net;",
            &[],
        );
        check_one(
            "mod.rs",
            "mod codec; mod session; mod tap; pub use self::tap::Tap;",
            &[],
        );
    }

    #[test]
    fn the_codec_knows_neither_session_nor_tap() {
        check_one(
            "codec.rs",
            "\nuse super::session::Session;",
            &["2: `codec` must not know `session`"],
        );
        check_one(
            "codec.rs",
            "use super::tap;",
            &["1: `codec` must not know `tap`"],
        );
        check_one(
            "codec/frame.rs",
            "use super::super::tap;",
            &["1: `codec` must not know `tap`"],
        );
        check_one(
            "codec.rs",
            "crate::record::wire::tap::f()",
            &["1: `codec` must not know `tap`"],
        );
    }

    #[test]
    fn the_session_does_not_know_the_tap() {
        check_one(
            "session.rs",
            "use super::{codec, tap};",
            &["1: `session` must not know `tap`"],
        );
    }

    #[test]
    fn neither_does_io() {
        check_one(
            "codec.rs",
            "use tokio::io::AsyncRead;",
            &["1: `codec` is pure and does no IO"],
        );
        check_one(
            "session.rs",
            "a();\ntokio::spawn(b);",
            &["2: `session` is pure and does no IO"],
        );
    }
}
