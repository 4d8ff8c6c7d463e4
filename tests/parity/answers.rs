//! Do both answer the same? Status and body to the byte, but for the differences that are listed.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::SystemTime;

use sea_orm::prelude::DateTimeUtc;

use crate::cases::{self, Way};
use crate::client::Answer;
use crate::differences::{self, DIFFERENCES, Difference};
use crate::django;
use crate::service::{Asked, Author, SetUp, ask};

/// Of the headers, those that are the service's word: others are of the server, or of how an answer is sent.
const HEADERS: [&str; 3] = ["content-type", "www-authenticate", "cache-control"];

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
    let alike = |answer: &Answer| differences::alike(way, name, &raw(answer));
    let differ = raw(&django.answer) != raw(&rust.answer);
    let port = raw(&rust.answer);
    let is_as_told = |known: &Difference| port.starts_with(known.port);
    let is_told = !differ || differences::of(way, name).all(is_as_told);
    let unknown = alike(&django.answer) != alike(&rust.answer) || !is_told;
    Verdict {
        known: differences::of(way, name)
            .filter(|_| differ)
            .map(|known| known.why)
            .collect(),
        unknown: unknown.then(|| {
            let (django, rust) = (raw(&django.answer), raw(&rust.answer));
            format!("{way:?}: {name}\n  django {django}\n  rust   {rust}")
        }),
    }
}

/// Rows that were written while the test ran have other times in each service: as long as they are times, of today.
fn without_now(body: &str) -> String {
    let mut parts = body.split("ed_at\":\"");
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (time, rest) = part.split_once('"').unwrap();
        let time = if is_now(time) { "now" } else { time };
        kept = format!("{kept}ed_at\":\"{time}\"{rest}");
    }
    kept
}

/// In UTC, in microseconds or whole seconds, and not long ago.
fn is_now(time: &str) -> bool {
    let now = DateTimeUtc::from(SystemTime::now());
    let written = time.parse::<DateTimeUtc>().ok();
    let is_recent = |at: DateTimeUtc| (now - at).abs().num_hours() < 1;
    time.ends_with('Z') && matches!(time.len(), 20 | 27) && written.is_some_and(is_recent)
}

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
    let docs = django::project().join("../../docs/parity.md");
    let docs = std::fs::read_to_string(docs).unwrap();
    let docs = docs.split_whitespace().collect::<Vec<_>>().join(" ");
    for Difference { why, .. } in DIFFERENCES {
        assert!(known.contains_key(why), "no longer one: {why}");
        assert!(docs.contains(why), "not in docs/parity.md: {why}");
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
    let now = DateTimeUtc::from(SystemTime::now());
    let body = |at: &str| format!(r#"{{"created_at":"{at}"}}"#);
    for format in ["%Y-%m-%dT%H:%M:%S%.6fZ", "%Y-%m-%dT%H:%M:%SZ"] {
        let at = now.format(format).to_string();
        assert_eq!(without_now(&body(&at)), body("now"), "{at}");
    }
    let millis = now.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string();
    let offset = now.format("%Y-%m-%dT%H:%M:%S%.6f+00:00").to_string();
    for at in [
        "2026-01-01T00:00:00Z",
        "9999-01-01T00:00:00Z",
        &millis,
        &offset,
    ] {
        assert_eq!(without_now(&body(at)), body(at), "{at}");
    }
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
