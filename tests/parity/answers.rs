//! Do both answer the same? Status and body to the byte, but for the differences that are listed.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::SystemTime;

use sea_orm::prelude::DateTimeUtc;

use crate::cases::{self, Case, Way};
use crate::client::Answer;
use crate::differences::{self, DIFFERENCES, Difference};
use crate::django;
use crate::service::{Asked, Author, SetUp, ask};

/// Of the headers, those that are the service's word: others are of the server, or of how an answer is sent.
const HEADERS: [&str; 4] = [
    "www-authenticate",
    "cache-control",
    "retry-after",
    "content-encoding",
];

/// What one case says of both.
#[derive(Debug, Default)]
struct Verdict {
    /// Of `differences.rs`, by its reason.
    known: Vec<&'static str>,
    unknown: Option<String>,
}

fn compare(way: Way, django: &Asked, rust: &Asked) -> Verdict {
    let name = django.case.name.as_str();
    let raw = |answer: &Answer| format!("{}\n    {}", headers(answer), shown(answer));
    let alike = |answer: &Answer| differences::alike(way, name, &raw(answer));
    let differ = raw(&django.answer) != raw(&rust.answer);
    let port = shown(&rust.answer);
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

/// Status, type and body.
fn shown(answer: &Answer) -> String {
    let kind = answer.header("content-type").unwrap_or("-");
    format!("{} {kind} {}", answer.status, without_now(&answer.body))
}

fn headers(answer: &Answer) -> String {
    let line = |name| Some(format!("{name}: {}", answer.header(name)?));
    let lines = HEADERS.into_iter().filter_map(line);
    let vary = answer.names_in("vary").join(", ");
    let vary = (!vary.is_empty()).then(|| format!("vary: {vary}"));
    let lines: Vec<_> = lines.chain(vary).chain(tag(answer)).collect();
    lines.join("; ")
}

/// The tag is of the body, so where that has times of this run, there are two.
fn tag(answer: &Answer) -> Option<String> {
    let tag = answer.header("etag")?;
    let is_of_now = without_now(&answer.body) != answer.body;
    let hidden = |letter: char| {
        if letter.is_ascii_hexdigit() {
            '.'
        } else {
            letter
        }
    };
    Some(if is_of_now {
        format!("etag: {}", tag.chars().map(hidden).collect::<String>())
    } else {
        format!("etag: {tag}")
    })
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

/// What both answer to these, set up like this.
fn both(python: &Path, set_up: SetUp, cases: &[Case]) -> [Vec<Answer>; 2] {
    [Author::Django, Author::Rust].map(|author| {
        let asked = ask(author, python, set_up, cases).into_iter();
        asked.map(|asked| asked.answer).collect()
    })
}

/// In the same words but for the seconds.
fn check_refused(answer: &Answer) {
    let wait: u64 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((3_500..=3_600).contains(&wait), "{wait}");
    let detail =
        format!(r#"{{"detail":"Request was throttled. Expected available in {wait} seconds."}}"#);
    assert_eq!(answer.body, detail);
}

/// Both refuse who asks too often: these answers to these requests.
fn check_throttle(set_up: SetUp, requests: &[(Case, u16)]) {
    let Some(python) = django::python("both_throttle_the_same") else {
        return;
    };
    let cases: Vec<_> = requests.iter().map(|(case, _)| case.clone()).collect();
    for answers in both(&python, set_up, &cases) {
        let statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
        let expected: Vec<_> = requests.iter().map(|(_, status)| *status).collect();
        assert_eq!(statuses, expected, "{answers:?}");
        let refused = answers.iter().filter(|answer| answer.status == 429);
        refused.for_each(check_refused);
    }
}

#[test]
fn both_throttle_who_has_no_token_the_same() {
    let set_up = SetUp {
        throttle_anon: Some("3/hour"),
        ..SetUp::default()
    };
    let users = Case::get(Way::Tuned, "users", "/api/users/?page_size=1");
    let asked = |status| (users.clone(), status);
    let of_a_user = (users.clone().by(3), 200);
    check_throttle(
        set_up,
        &[
            asked(200),
            asked(200),
            of_a_user,
            asked(200),
            asked(429),
            asked(429),
        ],
    );
}

/// Each user has a count, whichever endpoints are asked; and so has the address of those without a token.
#[test]
fn both_throttle_a_user_the_same() {
    let set_up = SetUp {
        throttle_user: Some("3/hour"),
        ..SetUp::default()
    };
    let users = Case::get(Way::Tuned, "users", "/api/users/?page_size=1");
    let naive = Case::get(Way::Naive, "projects", "/api/v1/projects/?page_size=1");
    let item = Case::send(Way::Tuned, "new item", "POST", "/api/dashboard/").json("{}");
    check_throttle(
        set_up,
        &[
            (users.clone().by(3), 200),
            (naive.clone().by(3), 200),
            (item.clone().by(3), 400),
            (item.by(3), 429),
            (naive.by(3), 429),
            (users.clone().by(4), 200),
            (users.clone(), 200),
            (users.clone(), 200),
            (users.clone(), 200),
            (users, 429),
        ],
    );
}

/// Who takes gzip gets it from both, and the tag is one of other bytes then.
#[test]
fn both_compress_the_same() {
    let Some(python) = django::python("both_compress_the_same") else {
        return;
    };
    let gzip = |case: Case| case.header("Accept-Encoding", "gzip");
    let get = |way, path| gzip(Case::get(way, path, path).by(3));
    let first = get(Way::Tuned, "/api/dashboard/");
    let known = Case {
        if_none_match: Some(("", "/api/dashboard/", "")),
        ..first.clone()
    };
    let cases = [
        first,
        known,
        get(Way::Tuned, "/api/dashboard/?page_size=1&cursor=x"),
        get(Way::Naive, "/api/dashboard/"),
        get(Way::Tuned, "/api/users/"),
        get(Way::Tuned, "/api/users/?fields=id&page_size=1"),
    ];
    let [django, rust] = both(&python, SetUp::default(), &cases);
    for ((case, django), rust) in cases.iter().zip(&django).zip(&rust) {
        let told = |answer| (shown(answer), headers(answer));
        assert_eq!(told(django), told(rust), "{}", case.name);
    }
    let statuses = [200, 304, 404, 200, 200, 200];
    assert_eq!(
        rust.iter().map(|answer| answer.status).collect::<Vec<_>>(),
        statuses
    );
    let is_compressed = rust.iter().map(|answer| answer.header("content-encoding"));
    let gzip = Some("gzip");
    let expected = [gzip, None, None, gzip, gzip, None];
    assert_eq!(is_compressed.collect::<Vec<_>>(), expected);
    let tag = rust[0].header("etag").unwrap();
    assert!(tag.starts_with("W/\""), "{tag}");
}
