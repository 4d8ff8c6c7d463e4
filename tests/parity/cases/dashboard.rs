//! What is asked of a user's dashboard, and the items that are written there.

use super::{
    Case, Cases,
    pages::{List, wrong_pages},
};

pub(super) fn dashboard(cases: &mut Cases) {
    let by = |case: &mut Case| *case = case.clone().by(3);
    by(cases.get("dashboard: first page", "/api/dashboard/?page_size=4"));
    by(cases.follow("dashboard: second page", "dashboard: first page", "next"));
    by(cases.follow("dashboard: last page", "dashboard: second page", "next"));
    by(cases.follow("dashboard: back again", "dashboard: last page", "previous"));
    by(cases.get("dashboard: all of it", "/api/dashboard/?page_size=1000"));
    by(cases.get("dashboard: once more", "/api/dashboard/?page_size=1000"));
    by(cases.send(
        "dashboard: its head",
        "HEAD",
        "/api/dashboard/?page_size=1000",
    ));
    let case = cases.get("dashboard: of who has nothing to do", "/api/dashboard/");
    *case = case.clone().by(crate::template::IDLE_USER);
    let list = List {
        name: "dashboard",
        path: "/api/dashboard/?",
        owner: Some(3),
    };
    wrong_pages(list, cases);
}

/// With the tag of an answer among those of the client, and without it.
pub(super) fn tags(cases: &mut Cases) {
    let first = "tag: of a page";
    for (name, tags) in [
        (first, None),
        ("tag: the same", Some(("", ""))),
        ("tag: a weak one", Some(("W/", ""))),
        ("tag: one of several", Some((r#""x", W/"y" ,"#, r#", "z""#))),
        ("tag: something behind it", Some(("", "x"))),
        ("tag: something before it", Some(("x", ""))),
    ] {
        let path = "/api/dashboard/?page_size=3";
        let case = Case::get(cases.way, name, path).by(3);
        cases.push(Case {
            if_none_match: tags.map(|(before, after)| (before, first, after)),
            ..case
        });
    }
    for (name, tags) in [
        ("tag: any", "*"),
        ("tag: any, with blanks", " * "),
        ("tag: another", r#""x""#),
        ("tag: none", ""),
        ("tag: a word", "x"),
    ] {
        let case = cases.get(name, "/api/dashboard/?page_size=3");
        *case = case.clone().by(3).header("If-None-Match", tags);
    }
    let case = cases.get("tag: none but this", "/api/dashboard/?page_size=3");
    *case = case.clone().by(3).header("If-Match", r#""x""#);
    let case = Case::get(cases.way, "tag: of another page", "/api/dashboard/").by(3);
    cases.push(Case {
        if_none_match: Some(("", first, "")),
        ..case
    });
}

pub(super) fn new_items(cases: &mut Cases) {
    for (name, body) in [
        ("new item: title alone", r#"{"title": "  Write tests "}"#),
        (
            "new item: everything",
            r#"{"title": "Z\u00fcrich \ud83e\udd80", "notes": "a\nb", "status": "done", "priority": 5, "due_on": "2027-01-31"}"#,
        ),
        (
            "new item: numbers as text",
            r#"{"title": 7, "priority": " 2.0 ", "due_on": "20270131"}"#,
        ),
        (
            "new item: what is not its to set",
            r#"{"title": "t", "id": 1, "owner": 1, "created_at": "x"}"#,
        ),
        ("new item: no title", r#"{"notes": "n"}"#),
        ("new item: a blank title", r#"{"title": "  "}"#),
        ("new item: null for a title", r#"{"title": null}"#),
        ("new item: true for a title", r#"{"title": true}"#),
        ("new item: a null character", r#"{"title": "a\u0000b"}"#),
        (
            "new item: everything wrong",
            r#"{"title": "", "notes": null, "status": "x", "priority": 9, "due_on": "x"}"#,
        ),
        ("new item: priority 0", r#"{"title": "t", "priority": 0}"#),
        ("new item: a fraction", r#"{"title": "t", "priority": 2.5}"#),
        (
            "new item: beyond integers",
            r#"{"title": "t", "priority": 100000000000000000000}"#,
        ),
        (
            "new item: no such day",
            r#"{"title": "t", "due_on": "2026-02-30"}"#,
        ),
    ] {
        let case = cases.send(name, "POST", "/api/dashboard/");
        *case = case.clone().by(3).json(body);
    }
    let long = "ü".repeat(201);
    let case = cases.send("new item: a long title", "POST", "/api/dashboard/");
    *case = case.clone().by(3).json(format!(r#"{{"title": "{long}"}}"#));
    let case = cases.get(
        "dashboard: after new items",
        "/api/dashboard/?page_size=1000",
    );
    *case = case.clone().by(3);
    let case = cases.get("dashboard: of another user", "/api/dashboard/?page_size=5");
    *case = case.clone().by(4);
}

/// What the two write differently, by a user whose dashboard is not read.
pub(super) fn odd_items(cases: &mut Cases) {
    for (name, body) in [
        ("new item: half a character", r#"{"title": "\ud83e"}"#),
        (
            "new item: a list as a status",
            r#"{"title": "t", "status": ["open"]}"#,
        ),
        (
            "new item: a long number as a title",
            r#"{"title": 123456789012345678901}"#,
        ),
        ("new item: a line separator", r#"{"title": "a\u2028b"}"#),
        ("new item: a float as a title", r#"{"title": 12.0}"#),
        ("new item: a large float as a title", r#"{"title": 1e16}"#),
        (
            "new item: a small float as a title",
            r#"{"title": -0.000015}"#,
        ),
        (
            "new item: a float as a status",
            r#"{"title": "t", "status": 2E16}"#,
        ),
        (
            "new item: a float as a priority",
            r#"{"title": "t", "priority": 2e0}"#,
        ),
        (
            "new item: a float that is too large",
            r#"{"title": "t", "priority": 1e15}"#,
        ),
        (
            "new item: a power of ten as a priority",
            r#"{"title": "t", "priority": 1e16}"#,
        ),
        ("new item: more than a float holds", r#"{"title": 1e400}"#),
    ] {
        let case = cases.send(name, "POST", "/api/dashboard/");
        *case = case.clone().by(5).json(body);
    }
}

/// Item 2 is of the user with id 3, as every sixtieth is.
pub(super) fn changed_items(cases: &mut Cases) {
    for (name, method, path, body) in [
        (
            "change: a status",
            "PATCH",
            "/api/dashboard/2/",
            r#"{"status": "archived"}"#,
        ),
        ("change: nothing", "PATCH", "/api/dashboard/2/", "{}"),
        (
            "change: no due date",
            "PATCH",
            "/api/dashboard/2/",
            r#"{"due_on": null}"#,
        ),
        (
            "change: wrongly",
            "PATCH",
            "/api/dashboard/2/",
            r#"{"priority": "high"}"#,
        ),
        (
            "change: of somebody else",
            "PATCH",
            "/api/dashboard/4/",
            r#"{"title": "mine"}"#,
        ),
        ("change: of nobody", "PATCH", "/api/dashboard/999999/", "{}"),
        ("change: no number", "PATCH", "/api/dashboard/x/", "{}"),
        ("delete: one", "DELETE", "/api/dashboard/62/", ""),
        ("delete: once more", "DELETE", "/api/dashboard/62/", ""),
        (
            "delete: of somebody else",
            "DELETE",
            "/api/dashboard/4/",
            "",
        ),
    ] {
        let case = cases.send(name, method, path);
        let by = case.clone().by(3);
        *case = if body.is_empty() { by } else { by.json(body) };
    }
    let case = cases.get("dashboard: after changes", "/api/dashboard/?page_size=1000");
    *case = case.clone().by(3);
    // What is written has times of its own in each service, so the tags of what is read after it are not alike.
    let case = Case::get(
        cases.way,
        "tag: from before a change",
        "/api/dashboard/?page_size=3",
    );
    cases.push(Case {
        if_none_match: Some(("", "tag: of a page", "")),
        ..case.by(3)
    });
}
