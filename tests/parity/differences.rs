//! Where both do not answer the same, and why. `docs/parity.md` lists them; each is shown to be one, or it goes.

use crate::cases::Way;

/// One kind of difference.
pub(crate) struct Difference {
    pub(crate) why: &'static str,
    applies: fn(Way, &str) -> bool,
    /// What the port says then: how its answer, of status, headers and body, begins.
    pub(crate) port: &'static str,
    /// What is left of an answer when the difference is taken out.
    alike: fn(&str) -> String,
}

pub(crate) const DIFFERENCES: &[Difference] = &[
    Difference {
        why: "A cursor of articles holds all columns of the order, REST framework's the first one and an offset: the links have another text and lead to the same pages.",
        applies: |way, case| {
            way == Way::Tuned && (case.starts_with("articles: ") || case.starts_with("search: "))
        },
        port: "200 application/json ",
        alike: without_cursors,
    },
    Difference {
        why: "What is wrong with a body that is no JSON is told in the words of another parser.",
        applies: |_, case| case == "body: no JSON",
        port: r#"400 application/json - - {"detail":"JSON parse error - "#,
        alike: |answer| up_to(answer, "JSON parse error - "),
    },
    Difference {
        why: "A path without its last slash is 404; Django redirects it.",
        applies: |_, case| case == "path: no last slash",
        port: r#"404 application/json - - {"detail":"Not found."}"#,
        alike: nothing,
    },
    Difference {
        why: "`OPTIONS` is 405; REST framework describes the view.",
        applies: |_, case| case == "method: OPTIONS",
        port: r#"405 application/json - - {"detail":"Method \"OPTIONS\" not allowed."}"#,
        alike: nothing,
    },
    Difference {
        why: "A cursor whose position is beyond 64 bits is broken; Django compares with it all the same.",
        applies: |_, case| case == "cursor: beyond 64 bits",
        port: r#"404 application/json - - {"detail":"Invalid cursor"}"#,
        alike: nothing,
    },
    Difference {
        why: "Characters in a cursor that are not of base 64 make it a broken one; Python leaves them out.",
        applies: |_, case| case == "cursor: with a stranger in it",
        port: r#"404 application/json - - {"detail":"Invalid cursor"}"#,
        alike: nothing,
    },
    Difference {
        why: "`1_0` and digits of other scripts are no numbers; they are in Python.",
        applies: |_, case| case == "projects: an owner in Python's digits",
        port: r#"400 application/json - - {"owner":["A valid integer is required."]}"#,
        alike: nothing,
    },
    Difference {
        why: "Half of a surrogate pair is no JSON; Python takes it, and REST framework refuses the text.",
        applies: |_, case| case == "new item: half a character",
        port: r#"400 application/json - - {"detail":"JSON parse error - "#,
        alike: nothing,
    },
    Difference {
        why: "A list as a choice is told in JSON, not in Python's notation.",
        applies: |_, case| case == "new item: a list as a status",
        port: r#"400 application/json - - {"status":[""#,
        alike: |answer| up_to(answer, r#"{"status":[""#),
    },
    Difference {
        why: "An integer beyond 64 bits becomes a text with an exponent; Python has integers of any length.",
        applies: |_, case| case == "new item: a long number as a title",
        port: r#"201 application/json - - {"id":"#,
        alike: nothing,
    },
    Difference {
        why: "U+2028 and U+2029 in a text are sent as they are; REST framework escapes them. Both are the same JSON value.",
        applies: |_, case| case == "new item: a line separator",
        port: r#"201 application/json - - {"id":"#,
        alike: |answer| answer.replace(r"\u2028", "\u{2028}"),
    },
];

/// The differences that a case has.
pub(crate) fn of(way: Way, case: &str) -> impl Iterator<Item = &'static Difference> {
    let applies = move |difference: &&Difference| (difference.applies)(way, case);
    DIFFERENCES.iter().filter(applies)
}

/// An answer without what differs.
pub(crate) fn alike(way: Way, case: &str, answer: &str) -> String {
    of(way, case).fold(answer.to_owned(), |answer, difference| {
        (difference.alike)(&answer)
    })
}

/// Where one of them has no such answer at all.
fn nothing(_: &str) -> String {
    String::new()
}

fn without_cursors(body: &str) -> String {
    let mut parts = body.split("cursor=");
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(['&', '"']).unwrap_or(part.len());
        kept = kept + "cursor=…" + &part[end..];
    }
    kept
}

fn up_to(body: &str, words: &str) -> String {
    match body.split_once(words) {
        Some((before, _)) => format!("{before}{words}…"),
        None => body.to_owned(),
    }
}
