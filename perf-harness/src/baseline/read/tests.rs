//! Files that are read and files that are refused.

use super::*;
use crate::budget::Defect;

const GOOD: &str = r#"
fingerprint_version = 1

# The page of users.
[[known]]
test = "perf users::list"
finding = "n_plus_one"
query = 'SELECT ... FROM "profiles" WHERE user_id = $1'
function = "src/users.rs load_profile < src/users.rs list_users"
ceiling = 20
issue = "https://example.com/issues/7"
expires = "2027-01-31" # a Sunday
reason = "until the profiles are joined"

[[known]]
test = "perf users::list"
finding = "queries"
assertion = "assert_max_queries!(list, 3)"
ceiling = 21
issue = "https://example.com/issues/7"
expires = "2027-01-31"
"#;

#[test]
fn entries_are_read_in_their_order() {
    let entries = entries(GOOD).unwrap();
    let expected = Entry {
        test: "perf users::list".to_owned(),
        known: Known {
            key: Key {
                kind: KnownKind::Defect(Defect::NPlusOne),
                subject: "SELECT ... FROM \"profiles\" WHERE user_id = $1".to_owned(),
                function: Some("src/users.rs load_profile < src/users.rs list_users".to_owned()),
            },
            ceiling: 20,
            issue: "https://example.com/issues/7".to_owned(),
            expires: Date::read("2027-01-31").unwrap(),
        },
        reason: Some("until the profiles are joined".to_owned()),
    };
    assert_eq!(entries[0], expected);
    assert_eq!(entries[1].known.key.kind, KnownKind::Queries);
    assert_eq!(entries[1].reason, None);
    assert_eq!(super::entries(""), Ok(Vec::new()));
}

#[test]
fn an_entry_is_read_as_it_was_written() {
    let read = entries(GOOD).unwrap();
    let written: String = read.iter().map(Entry::text).collect();
    let written = format!("fingerprint_version = 1\n{written}");
    assert_eq!(entries(&written), Ok(read));
}

/// Replaces a part of the good file, and expects a mistake.
fn check(good: &str, bad: &str, cause: &str, cure: &str) {
    assert!(GOOD.contains(good), "{good}");
    let mistake = entries(&GOOD.replacen(good, bad, 1)).expect_err(bad);
    assert_eq!(
        (mistake.cause.as_str(), mistake.cure.as_str()),
        (cause, cure)
    );
}

#[test]
fn a_mistake_names_the_entry_the_value_and_the_cure() {
    const ONE: &str = "entry 1 (perf users::list)";
    let day = "write the last day on which it may stay: expires = \"2027-01-31\"";
    let link = "link the issue that says that it shall go: issue = \"https://..\"";
    let most = "write the most queries that it may cost: ceiling = 20";
    check(
        "2027-01-31",
        "2027-02-29",
        &format!("{ONE} has `expires = \"2027-02-29\"`, which is no day"),
        day,
    );
    check(
        "expires = \"2027-01-31\"",
        "",
        &format!("{ONE} has no `expires`"),
        day,
    );
    check(
        "issue = \"https://example.com/issues/7\"",
        "",
        &format!("{ONE} has no `issue`"),
        link,
    );
    check(
        "https://example.com/issues/7",
        "#7",
        &format!("{ONE} has `issue = \"#7\"`, which is no link"),
        link,
    );
    check(
        "ceiling = 20",
        "ceiling = 0",
        &format!("{ONE} has `ceiling = 0`, which is no number of queries"),
        most,
    );
    check(
        "ceiling = 20",
        "ceiling = \"20\"",
        &format!("{ONE} has `ceiling = \"20\"`, which is no number of queries"),
        most,
    );
    check("ceiling = 20", "", &format!("{ONE} has no `ceiling`"), most);
    check(
        "function",
        "functoin",
        &format!("{ONE} has a key `functoin`, which means nothing"),
        "did you mean `function`? known: test, finding, query, assertion, function, ceiling, issue, expires, reason",
    );
    check(
        "n_plus_one",
        "n_plus_on",
        &format!("{ONE} has `finding = \"n_plus_on\"`, which is none"),
        "did you mean `n_plus_one`? known: n_plus_one, duplicate, changing_list, literal, untransacted_writes, open_transaction, growth, queries",
    );
    check(
        "perf users::list",
        "users::list",
        "entry 1 (users::list) has `test = \"users::list\"`, which names no program",
        "write the program and the test's path: test = \"perf users::list\"",
    );
    check(
        "test = \"perf users::list\"",
        "",
        "entry 1 has no `test`",
        "write the program and the test's path: test = \"perf users::list\"",
    );
    check(
        "query = ",
        "assertion = ",
        &format!("{ONE} has `assertion`, and its finding is `n_plus_one`"),
        "a `n_plus_one` is known by its `query`",
    );
    check(
        "reason = \"until the profiles are joined\"",
        "reason = 7",
        &format!("{ONE} has `reason = 7`, which is no text"),
        "write it in quotes, or take it away: reason = \"..\"",
    );
}

#[test]
fn a_mistake_of_the_whole_file_is_named() {
    check(
        "fingerprint_version = 1",
        "fingerprint_version = 9",
        "its queries are written by version 9 of the rules for fingerprints, and this is version 1",
        "set the file aside, run the tests, and have what fails written anew: cargo xtask baseline add --issue <URL>",
    );
    check(
        "fingerprint_version = 1",
        "",
        "it does not say which rules its queries are written by",
        "write above the entries: fingerprint_version = 1",
    );
    check(
        "fingerprint_version",
        "fingerprint_versoin",
        "it has a key `fingerprint_versoin`, which means nothing",
        "did you mean `fingerprint_version`? known: fingerprint_version, known",
    );
    let twice = GOOD.replace("queries\"\nassertion = \"assert_max_queries!(list, 3)\"", "n_plus_one\"\nquery = 'SELECT ... FROM \"profiles\" WHERE user_id = $1'\nfunction = \"src/users.rs load_profile < src/users.rs list_users\"");
    let mistake = entries(&twice).unwrap_err();
    assert_eq!(mistake.cause, "entry 2 says again what entry 1 says");
    let mistake = entries("[known]\na = 1").unwrap_err();
    assert_eq!(mistake.cause, "`known` is no list of tables");
}

#[test]
fn what_is_no_toml_is_told_with_its_line() {
    let mistake = entries(&GOOD.replace("\"2027-01-31\"", "2027-01-31")).unwrap_err();
    assert!(mistake.cause.starts_with("it is no TOML: "), "{mistake:?}");
    assert!(mistake.cause.contains("line 12"), "{mistake:?}");
}
