//! Where both do not answer the same, and why. `docs/parity.md` lists them; each is shown to be one, or it goes.

use crate::cases::Way;

/// One kind of difference.
pub(crate) struct Difference {
    pub(crate) why: &'static str,
    applies: fn(Way, &str) -> bool,
    /// What is left of an answer when the difference is taken out.
    alike: fn(&str) -> String,
}

pub(crate) const DIFFERENCES: &[Difference] = &[
    Difference {
        why: "A cursor of articles holds all columns of the order, REST framework's the first one and an offset: the links have another text and lead to the same pages.",
        applies: |way, case| {
            way == Way::Tuned && (case.starts_with("articles: ") || case.starts_with("search: "))
        },
        alike: without_cursors,
    },
    Difference {
        why: "What is wrong with a body that is no JSON is told in the words of another parser.",
        applies: |_, case| case == "body: no JSON",
        alike: |body| up_to(body, "JSON parse error - "),
    },
];

/// The differences that a case has.
pub(crate) fn of(way: Way, case: &str) -> impl Iterator<Item = &'static Difference> {
    let applies = move |difference: &&Difference| (difference.applies)(way, case);
    DIFFERENCES.iter().filter(applies)
}

/// A body without what differs.
pub(crate) fn alike(way: Way, case: &str, body: &str) -> String {
    of(way, case).fold(body.to_owned(), |body, difference| {
        (difference.alike)(&body)
    })
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
