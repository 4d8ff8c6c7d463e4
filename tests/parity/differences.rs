//! Where both do not answer the same, and why. `docs/parity.md` lists them; each is shown to be one, or it goes.

use crate::cases::Way;

/// One kind of difference.
pub(crate) struct Difference {
    pub(crate) why: &'static str,
    applies: fn(Way, &str) -> bool,
    /// What the port says then: how its answer, of status, type and body, begins.
    pub(crate) port: &'static str,
    /// What is left of an answer when the difference is taken out.
    alike: fn(&str) -> String,
}

pub(crate) const DIFFERENCES: &[Difference] = &[
    Difference {
        why: "A cursor of articles holds all columns of the order, REST framework's the first one and an offset: the links have another text and lead to the same pages.",
        applies: |way, case| way == Way::Tuned && is_of_articles(case) && !has_no_place(case),
        port: "200 application/json ",
        alike: without_cursors,
    },
    Difference {
        why: "A cursor of articles without a place in all columns of the order is broken; REST framework takes a rank, a moment or an offset alone.",
        applies: |way, case| way == Way::Tuned && has_no_place(case),
        port: r#"404 application/json {"detail":"Invalid cursor"}"#,
        alike: nothing,
    },
    Difference {
        why: "`If-Match` is not read; Django answers 412 where the client has another page.",
        applies: |way, case| way == Way::Tuned && case == "tag: none but this",
        port: "200 application/json ",
        alike: nothing,
    },
    Difference {
        why: "What is wrong with a body that is no JSON is told in the words of another parser.",
        applies: |_, case| case == "body: no JSON",
        port: r#"400 application/json {"detail":"JSON parse error - "#,
        alike: |answer| up_to(answer, "JSON parse error - "),
    },
    Difference {
        why: "A path without its last slash is 404; Django redirects it.",
        applies: |_, case| case == "path: no last slash",
        port: r#"404 application/json {"detail":"Not found."}"#,
        alike: nothing,
    },
    Difference {
        why: "`OPTIONS` is 405; REST framework describes the view.",
        applies: |_, case| case == "method: OPTIONS",
        port: r#"405 application/json {"detail":"Method \"OPTIONS\" not allowed."}"#,
        alike: nothing,
    },
    Difference {
        why: "A cursor whose position is beyond 64 bits is broken; Django compares with it all the same.",
        applies: |_, case| case.ends_with("cursor: beyond 64 bits"),
        port: r#"404 application/json {"detail":"Invalid cursor"}"#,
        alike: nothing,
    },
    Difference {
        why: "Characters in a cursor that are not of base 64 make it a broken one; Python leaves them out.",
        applies: |_, case| case.ends_with("cursor: with a stranger in it"),
        port: r#"404 application/json {"detail":"Invalid cursor"}"#,
        alike: nothing,
    },
    Difference {
        why: "`1_0` and digits of other scripts are no numbers; they are in Python.",
        applies: |_, case| case == "projects: an owner in Python's digits",
        port: r#"400 application/json {"owner":["A valid integer is required."]}"#,
        alike: nothing,
    },
    Difference {
        why: "Half of a surrogate pair is no JSON; Python takes it, and REST framework refuses the text.",
        applies: |_, case| case == "new item: half a character",
        port: r#"400 application/json {"detail":"JSON parse error - "#,
        alike: nothing,
    },
    Difference {
        why: "A list as a choice is told in JSON, not in Python's notation.",
        applies: |_, case| case == "new item: a list as a status",
        port: r#"400 application/json {"status":[""#,
        alike: |answer| up_to(answer, r#"{"status":[""#),
    },
    Difference {
        why: "An integer beyond 64 bits becomes a text with an exponent; Python has integers of any length.",
        applies: |_, case| case == "new item: a long number as a title",
        port: r#"201 application/json {"id":"#,
        alike: nothing,
    },
    Difference {
        why: "A number beyond the range of a float is no JSON; Python takes it for infinity.",
        applies: |_, case| case == "new item: more than a float holds",
        port: r#"400 application/json {"detail":"JSON parse error - "#,
        alike: nothing,
    },
    Difference {
        why: "A whole number written as `1e16` or more is an integer; Python writes it with an exponent, and REST framework takes none.",
        applies: |_, case| case == "new item: a power of ten as a priority",
        port: r#"400 application/json {"priority":["Ensure this value is less than or equal to 5."]}"#,
        alike: nothing,
    },
    Difference {
        why: "A body is UTF-8, whatever the `charset` of its type; Django decodes it by that.",
        applies: |_, case| case == "body: in Latin-1",
        port: r#"201 application/json {"id":"#,
        alike: |answer| answer.replace("ZÃ¼rich", "Zürich"),
    },
    Difference {
        why: "U+2028 and U+2029 in a text are sent as they are; REST framework escapes them. Both are the same JSON value.",
        applies: |_, case| case == "new item: a line separator",
        port: r#"201 application/json {"id":"#,
        alike: |answer| answer.replace(r"\u2028", "\u{2028}"),
    },
];

fn is_of_articles(case: &str) -> bool {
    case.starts_with("articles") || case.starts_with("search")
}

/// Cursors that no list of articles wrote; an empty one is the first page of each.
fn has_no_place(case: &str) -> bool {
    is_of_articles(case) && case.contains(", cursor: ") && !case.ends_with(": empty")
}

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
