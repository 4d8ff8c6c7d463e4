//! Do both answer the same? Status and body to the byte, but for the differences that are listed.

use std::collections::BTreeMap;
use std::path::Path;

use crate::cases::{self, Way};
use crate::client::Answer;
use crate::differences::{self, DIFFERENCES};
use crate::django;
use crate::service::{Asked, Author, SetUp, ask};

/// Of the headers, those that clients act upon.
const HEADERS: [&str; 2] = ["content-type", "www-authenticate"];

/// What one case says of both.
#[derive(Debug, Default)]
struct Verdict {
    /// Of `differences.rs`, by its reason.
    known: Vec<&'static str>,
    unknown: Option<String>,
}

fn compare(way: Way, django: &Asked, rust: &Asked) -> Verdict {
    let name = django.case.name;
    let shown = |answer: &Answer, body: String| {
        let headers = HEADERS.map(|name| answer.header(name).unwrap_or("-"));
        format!("{} {} {body}", answer.status, headers.join(" "))
    };
    let raw = |answer: &Answer| shown(answer, without_now(&answer.body));
    let alike = |answer: &Answer| {
        let body = without_now(&answer.body);
        shown(answer, differences::alike(way, name, &body))
    };
    let differ = raw(&django.answer) != raw(&rust.answer);
    let unknown = alike(&django.answer) != alike(&rust.answer);
    Verdict {
        known: match differ {
            true => differences::of(way, name).map(|known| known.why).collect(),
            false => Vec::new(),
        },
        unknown: unknown.then(|| {
            let (django, rust) = (alike(&django.answer), alike(&rust.answer));
            format!("{way:?}: {name}\n  django {django}\n  rust   {rust}")
        }),
    }
}

/// Rows that were written while the test ran have other times: only those are of this year's end or later, the seeds' end
/// long before.
fn without_now(body: &str) -> String {
    let mut parts = body.split("ed_at\":\"");
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (time, rest) = part.split_once('"').unwrap();
        let time = if time < SEEDED_UNTIL { time } else { "now" };
        kept = format!("{kept}ed_at\":\"{time}\"{rest}");
    }
    kept
}

const SEEDED_UNTIL: &str = "2026-11-01";

/// All cases of one way, asked of both.
fn check(way: Way, python: &Path) -> BTreeMap<&'static str, usize> {
    let cases = cases::all(way);
    let ask = |author| ask(author, python, SetUp::default(), &cases);
    let (django, rust) = (ask(Author::Django), ask(Author::Rust));
    let mut unknown = Vec::new();
    let mut known = BTreeMap::new();
    for (django, rust) in django.iter().zip(&rust) {
        let verdict = compare(way, django, rust);
        unknown.extend(verdict.unknown);
        for why in verdict.known {
            *known.entry(why).or_default() += 1;
        }
    }
    println!(
        "{way:?}: {} requests, the same answers to the byte but for:",
        cases.len()
    );
    for (why, times) in &known {
        println!("  {times} times: {why}");
    }
    assert!(
        unknown.is_empty(),
        "{} differ:\n{}",
        unknown.len(),
        unknown.join("\n")
    );
    known
}

#[test]
fn both_answer_the_same_in_both_ways() {
    let Some(python) = django::python("both_answer_the_same_in_both_ways") else {
        return;
    };
    let mut known = check(Way::Naive, &python);
    known.extend(check(Way::Tuned, &python));
    for difference in DIFFERENCES {
        assert!(
            known.contains_key(difference.why),
            "no longer one: {}",
            difference.why
        );
    }
}

/// What the test above is for: an answer that differs in a status, a header or one byte is told.
#[test]
fn an_answer_that_differs_is_seen() {
    let asked = |status, header: &str, body: &str| Asked {
        case: cases::all(Way::Tuned).remove(0),
        answer: Answer {
            status,
            headers: [("content-type".parse().unwrap(), header.parse().unwrap())]
                .into_iter()
                .collect(),
            body: body.to_owned(),
        },
        counts: perf_harness::Counts::default(),
    };
    let django = asked(200, "application/json", "{\"id\":1}");
    let differs = |rust| compare(Way::Tuned, &django, &rust).unknown.is_some();
    assert!(!differs(django.clone()));
    assert!(differs(asked(201, "application/json", "{\"id\":1}")));
    assert!(differs(asked(200, "text/html", "{\"id\":1}")));
    assert!(differs(asked(200, "application/json", "{\"id\": 1}")));
}

#[test]
fn only_times_of_this_run_are_left_out() {
    assert_eq!(
        without_now(r#"{"created_at":"2026-01-01T00:00:00Z","updated_at":"2026-12-01T00:00:00Z"}"#),
        r#"{"created_at":"2026-01-01T00:00:00Z","updated_at":"now"}"#
    );
}

/// Both refuse who asks too often, in the same words but for the seconds.
#[test]
fn both_throttle_the_same() {
    let Some(python) = django::python("both_throttle_the_same") else {
        return;
    };
    let set_up = SetUp {
        throttle_anon: Some("3/hour"),
    };
    let cases = vec![cases::all(Way::Tuned).remove(0); 5];
    let [django, rust] = [Author::Django, Author::Rust].map(|author| {
        let asked = ask(author, &python, set_up, &cases);
        let answers = asked.into_iter().map(|asked| asked.answer);
        answers.collect::<Vec<_>>()
    });
    for answers in [&django, &rust] {
        let statuses = answers.iter().map(|answer| answer.status);
        assert_eq!(statuses.collect::<Vec<_>>(), [200, 200, 200, 429, 429]);
        let last = &answers[4];
        let wait: u64 = last.header("retry-after").unwrap().parse().unwrap();
        assert!((3_500..=3_600).contains(&wait), "{wait}");
        let detail = format!(
            r#"{{"detail":"Request was throttled. Expected available in {wait} seconds."}}"#
        );
        assert_eq!(last.body, detail);
    }
}
