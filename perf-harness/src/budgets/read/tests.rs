//! Files that are read, and each mistake with what is told of it.

use super::*;

const FILE: &str = "perf-budgets.toml";

const GOOD: &str = r#"#:schema docs/perf-budgets.schema.json
[defaults]
max_queries = 6
latency_p99_ms = 400

[frontend.pages."/articles"]
max_bytes = 150_000

# The list of users.
[budgets."GET /api/users/"]
max_queries = 3
max_full_scans = 0
max_idle_in_transaction_ms = 2.5
latency_p50_ms = 0.25
latency_p95_ms = false
rows = { users = 50_000, "blog.articles" = 1_000_000 }

[budgets]
nightly_report = { max_bytes = 64_000 }
"#;

fn read(text: &str) -> Result<Budgets, SetupError> {
    budgets(text, Path::new(FILE))
}

fn told(limits: &[Ruled<Limit>], latency: &[Ruled<LatencyRule>]) -> Vec<String> {
    let limits = limits.iter().map(|ruled| {
        let (metric, most) = (ruled.rule.metric(), ruled.rule.most());
        format!("{} = {most} {:?}", metric.key(), ruled.source)
    });
    let latency = latency
        .iter()
        .map(|ruled| format!("{} {:?}", ruled.rule, ruled.source));
    limits.chain(latency).collect()
}

#[test]
fn entries_are_read_in_their_order_with_the_defaults() {
    let budgets = read(GOOD).unwrap();
    let defaults = [
        "max_queries = 6 Defaults(3)",
        "p95 < 200ms Mission",
        "p99 < 400ms Defaults(4)",
    ];
    assert_eq!(told(&budgets.limits, &budgets.latency), defaults);
    let [users, report] = budgets.entries.as_slice() else {
        panic!("{budgets:?}");
    };
    assert_eq!(
        (users.name.as_str(), users.line, users.is_endpoint()),
        ("GET /api/users/", 10, true)
    );
    let of_users = [
        "max_queries = 3 Entry(11)",
        "max_full_scans = 0 Entry(12)",
        "max_idle_in_transaction_ms = 2500 Entry(13)",
        "p50 < 250us Entry(14)",
        "p99 < 400ms Defaults(4)",
    ];
    assert_eq!(told(&users.limits, &users.latency), of_users);
    let rows = [
        ("blog.articles".to_owned(), 1_000_000),
        ("users".to_owned(), 50_000),
    ];
    assert_eq!(users.rows, rows);
    assert_eq!(
        (report.name.as_str(), report.line, report.is_endpoint()),
        ("nightly_report", 19, false)
    );
    let of_report = [
        "max_queries = 6 Defaults(3)",
        "max_bytes = 64000 Entry(19)",
        "p95 < 200ms Mission",
        "p99 < 400ms Defaults(4)",
    ];
    assert_eq!(told(&report.limits, &report.latency), of_report);
    assert_eq!(latency_rules_of(report), ["p95 < 200ms", "p99 < 400ms"]);
    assert_eq!(budgets.frontend["pages"]["/articles"]["max_bytes"], 150_000);
}

fn latency_rules_of(entry: &Entry) -> Vec<String> {
    let rules = crate::budgets::latency_rules(entry);
    rules.iter().map(ToString::to_string).collect()
}

#[test]
fn without_a_file_the_mission_s_numbers_hold() {
    let none = read("").unwrap();
    assert_eq!(
        told(&none.limits, &none.latency),
        ["max_queries = 5 Mission", "p95 < 200ms Mission"]
    );
    assert!(none.entries.is_empty());
}

#[test]
fn a_default_that_a_stricter_rule_makes_needless_is_no_contradiction() {
    let text = "[budgets.a]\nlatency_max_ms = 100\nlatency_mean_ms = 50\n";
    let rules = latency_rules_of(&read(text).unwrap().entries[0]);
    assert_eq!(rules, ["p95 < 200ms", "max < 100ms", "mean < 50ms"]);
}

#[test]
fn an_entry_can_switch_off_what_holds_by_default() {
    let budgets = read("[budgets.a]\nmax_queries = false\n").unwrap();
    let entry = &budgets.entries[0];
    assert_eq!(told(&entry.limits, &entry.latency), ["p95 < 200ms Mission"]);
}

/// Each mistake, under what is wrong.
const MISTAKES: &[(&str, &str)] = &[
    ("unknown key", "[budgets.\"GET /a\"]\nmax_querys = 3"),
    ("unknown key of defaults", "[defaults]\n\nrows = { a = 1 }"),
    ("another name for a key", "[budgets.a]\nqueries = 3"),
    ("wrong type", "[budgets.a]\nmax_queries = \"3\""),
    ("a list", "[budgets.a]\nmax_queries = [3]"),
    ("not whole", "[budgets.a]\nmax_queries = 2.5"),
    ("switched on", "[budgets.a]\nmax_queries = true"),
    ("seconds", "[budgets.a]\nlatency_p95_s = 1"),
    ("no unit", "[budgets.a]\nlatency_p95 = 100"),
    (
        "a text with a unit",
        "[budgets.a]\nlatency_p95_ms = \"200ms\"",
    ),
    (
        "a text with another unit",
        "[budgets.a]\nlatency_p95_ms = '1.5 s'",
    ),
    ("bytes with a unit", "[budgets.a]\nmax_bytes = \"64 KiB\""),
    ("zero", "[budgets.a]\nmax_queries = 0"),
    (
        "zero rows of a table",
        "[budgets.a]\nrows = { articles = 0 }",
    ),
    ("negative", "[budgets.a]\nmax_rows = -1"),
    ("no time", "[budgets.a]\nlatency_p95_ms = 0"),
    (
        "less than a microsecond",
        "[budgets.a]\nlatency_p95_ms = 0.0001",
    ),
    (
        "the same entry twice",
        "[budgets.a]\nmax_rows = 1\n\n[budgets.\"a\"]\nmax_rows = 2",
    ),
    (
        "the same key twice",
        "[budgets.a]\nmax_rows = 1\nmax_rows = 2",
    ),
    ("no such percentile", "[budgets.a]\nlatency_p97_ms = 100"),
    (
        "nothing limited",
        "[budgets.a]\nmax_queries = false\nlatency_p95_ms = false\nrows = { a = 1 }",
    ),
    (
        "contradiction",
        "[budgets.a]\nlatency_p50_ms = 80\nlatency_p95_ms = 20",
    ),
    (
        "contradiction to a default",
        "[defaults]\nlatency_p95_ms = 100\n[budgets.a]\nlatency_p50_ms = 150.5",
    ),
    (
        "contradiction to the mission",
        "[budgets.a]\nlatency_p50_ms = 300",
    ),
    ("half-written", "[budgets.a]\nmax_queries = 3\nmax_rows ="),
    ("open text", "[budgets.\"GET /a"),
    (
        "name without quotes",
        "\n[budgets.GET /api/users/]\nmax_queries = 3",
    ),
    ("budget for budgets", "[budget.\"GET /a\"]\nmax_queries = 3"),
    ("no table at all", "max_queries = 3"),
    (
        "entry outside of the budgets",
        "[\"GET /a\"]\nmax_queries = 3",
    ),
    ("name with dots", "[budgets.api.users]\nmax_queries = 3"),
    ("entry that is a number", "[budgets]\na = 3"),
    ("budgets that are a list", "[[budgets]]\nname = \"GET /a\""),
    (
        "method in small letters",
        "[budgets.\"get /a\"]\nmax_queries = 3",
    ),
    ("route without a method", "[budgets.\"/a\"]"),
    ("rows that are a number", "[budgets.a]\nrows = 1_000_000"),
    (
        "rows of a schema",
        "[budgets.a]\nrows = { blog.articles = 1_000 }",
    ),
    (
        "rows in quotes",
        "[budgets.a]\nrows = { articles = \"many\" }",
    ),
    ("rows of nothing", "[budgets.a]\nrows = {}"),
    (
        "rows of a table without a name",
        "[budgets.a]\nrows = { \"\" = 3 }",
    ),
    (
        "unknown part of the frontend",
        "[frontend.page.\"/\"]\nmax_bytes = 1",
    ),
    ("a page that is no table", "[frontend.pages]\n\"/\" = 3"),
    ("a frontend that is no table", "frontend = 3"),
];

#[test]
fn a_mistake_names_the_line_the_key_and_the_cure() {
    let told = MISTAKES.iter().map(|(what, text)| {
        let error = read(text).expect_err(what);
        let cure = error.hint().replace('\n', "\n  ");
        format!("{what}\n  {error}\n  {cure}\n")
    });
    insta::assert_snapshot!(told.collect::<Vec<_>>().join("\n"));
}

#[test]
fn a_name_that_is_none_is_told_with_near_ones_and_the_place_for_it() {
    let check = |budgets: &Budgets, name: &str, cause: &str, cure: &str| {
        let error = budgets.entry(name).unwrap_err();
        assert_eq!(
            (error.to_string().as_str(), error.hint().as_str()),
            (cause, cure)
        );
    };
    let good = read(GOOD).unwrap();
    assert_eq!(good.entry("GET /api/users/").unwrap().line, 10);
    check(
        &good,
        "GET /api/users",
        "no budget is called \"GET /api/users\" in perf-budgets.toml",
        "did you mean \"GET /api/users/\"?\nadd it to perf-budgets.toml, for instance above line 19:\n  [budgets.\"GET /api/users\"]\nknown: \"GET /api/users/\", \"nightly_report\"",
    );
    let none = Budgets {
        is_there: false,
        ..read("").unwrap()
    };
    check(
        &none,
        "GET /a",
        "no budget is called \"GET /a\" in perf-budgets.toml",
        "add it to perf-budgets.toml, which is not there yet:\n  [budgets.\"GET /a\"]",
    );
}

#[test]
fn a_file_that_cannot_be_read_is_an_error_and_none_at_all_is_not() {
    let directory = std::env::temp_dir();
    let error = crate::budgets::of_file(&directory, Path::new(FILE))
        .unwrap_err()
        .to_string();
    assert!(error.contains("cannot be read: "), "{error}");
    let none = crate::budgets::of_file(Path::new("/no/such"), Path::new(FILE)).unwrap();
    assert!(!none.is_there && none.entries.is_empty());
}
