//! What the same requests cost the database: Django and Rust, as first written and tuned. `docs/parity.md` shows the table.

use std::path::Path;

use perf_harness::Counts;

use crate::cases::{Case, Way};
use crate::django;
use crate::service::{Author, SetUp, ask};

const CONTENDERS: [(&str, Author, Way); 4] = [
    ("Django naive", Author::Django, Way::Naive),
    ("Django tuned", Author::Django, Way::Tuned),
    ("Rust naive", Author::Rust, Way::Naive),
    ("Rust tuned", Author::Rust, Way::Tuned),
];

/// Each request in its order: the dashboard is first read after a change, then once more. What is deleted is there once.
fn requests(way: Way, deleted: &str) -> Vec<Case> {
    let get = |name, path| Case::get(way, name, path);
    let next = |name, of| Case::follow(name, of, "next");
    let item = |name, method, path| Case::send(way, name, method, path).by(3);
    let hundred = vec![r#"{"name": "one of many"}"#; 100].join(",");
    vec![
        get("users, page of 20", "/api/users/"),
        next("users, next page", "users, page of 20"),
        get("users, two fields", "/api/users/?fields=id,username"),
        get("user", "/api/users/4/"),
        item("item, new", "POST", "/api/dashboard/").json(r#"{"title": "new"}"#),
        item("item, changed", "PATCH", "/api/dashboard/2/").json(r#"{"title": "changed"}"#),
        item("item, deleted", "DELETE", deleted),
        get("dashboard, page of 5", "/api/dashboard/?page_size=5").by(3),
        get("dashboard, once more", "/api/dashboard/?page_size=5").by(3),
        next("dashboard, next page", "dashboard, page of 5").by(3),
        get("articles, page of 20", "/api/articles/"),
        next("articles, next page", "articles, page of 20"),
        get("search, a rare word", "/api/articles/?search=heisenbug"),
        get("search, a common word", "/api/articles/?search=database"),
        next("search, next page", "search, a common word"),
        get("search, misspelt", "/api/articles/?search=databse"),
        get("projects, page of 20", "/api/v1/projects/"),
        next("projects, next page", "projects, page of 20"),
        get(
            "projects, filtered",
            "/api/v1/projects/?status=active&checks=failed",
        ),
        get("project", "/api/v1/projects/3/"),
        Case::send(way, "projects, 100 new ones", "POST", "/api/v1/projects/")
            .by(2)
            .json(format!("[{hundred}]")),
    ]
}

/// Of each request its second time: the first one also opens connections and prepares statements.
fn measure(python: &Path, author: Author, way: Way) -> Vec<(String, Counts)> {
    let once = requests(way, "/api/dashboard/62/");
    let again = requests(way, "/api/dashboard/122/");
    let twice: Vec<_> = once.iter().chain(&again).cloned().collect();
    let asked = ask(author, python, SetUp::default(), &twice);
    let second = asked.into_iter().skip(once.len());
    second
        .inspect(|asked| {
            assert!(
                asked.answer.status < 300,
                "{:?}: {:?}",
                asked.case,
                asked.answer
            );
        })
        .map(|asked| (asked.case.name, asked.counts))
        .collect()
}

/// What the server answers to a ping, which may come while a request is answered or after it.
const BYTES_OF_A_PING: u64 = 6;

/// Queries, round trips, rows and kilobytes that the server sent.
fn cell(counts: &Counts) -> String {
    let pings = BYTES_OF_A_PING * counts.pings as u64;
    let kilobytes = (counts.bytes_received - pings).div_ceil(1000);
    format!(
        "{:>4} {:>4} {:>5} {:>5}",
        counts.queries, counts.work_round_trips, counts.rows, kilobytes
    )
}

fn table(measured: &[Vec<(String, Counts)>]) -> String {
    let head = CONTENDERS.map(|(name, ..)| format!("{name:^21}"));
    let units = [(); 4].map(|()| "   q   rt  rows    kB".to_owned());
    let line = |name: &str, cells: &[String]| {
        let line = format!("{name:<24}{}", cells.join(" │"));
        line.trim_end().to_owned()
    };
    let mut lines = vec![line("", &head), line("", &units)];
    for (index, (name, _)) in measured[0].iter().enumerate() {
        let cells = measured.iter().map(|contender| cell(&contender[index].1));
        lines.push(line(name, &cells.collect::<Vec<_>>()));
    }
    lines.join("\n")
}

#[test]
fn the_tuned_port_costs_no_more_than_the_tuned_original() {
    let Some(python) = django::python("the_tuned_port_costs_no_more_than_the_tuned_original")
    else {
        return;
    };
    let measured = CONTENDERS.map(|(_, author, way)| measure(&python, author, way));
    let table = table(&measured);
    println!("{table}");
    let [django_naive, django, rust_naive, rust] = &measured;
    for ((name, django), (_, rust)) in django.iter().zip(rust) {
        assert!(rust.queries <= django.queries, "{name}:\n{table}");
        assert!(
            rust.work_round_trips <= django.work_round_trips,
            "{name}:\n{table}"
        );
    }
    let sum = |counts: &[(_, Counts)]| {
        counts
            .iter()
            .map(|(_, counts)| counts.queries)
            .sum::<usize>()
    };
    assert!(sum(django) * 5 < sum(django_naive), "{table}");
    assert!(sum(rust) * 5 < sum(rust_naive), "{table}");
    insta::assert_snapshot!("costs", table);
}
