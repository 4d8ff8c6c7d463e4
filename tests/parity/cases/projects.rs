//! What is asked of the projects, and the new ones.

use super::{
    Cases,
    pages::{List, wrong_pages},
};

pub(super) fn projects(cases: &mut Cases) {
    cases.get("projects: first page", "/api/v1/projects/");
    cases.follow("projects: second page", "projects: first page", "next");
    cases.follow("projects: last page", "projects: second page", "next");
    cases.follow("projects: back again", "projects: last page", "previous");
    for (name, filter) in [
        ("projects: of an owner", "owner=2"),
        ("projects: of nobody", "owner=99999"),
        ("projects: active ones", "status=active"),
        ("projects: archived ones", "status=archived&page_size=3"),
        ("projects: with failed checks", "checks=failed"),
        (
            "projects: all filters",
            "owner=7&status=active&checks=failed",
        ),
        ("projects: with documents", "file_kind=document&page_size=4"),
        (
            "projects: blank filters",
            "owner=&status=&checks=&file_kind=",
        ),
        ("projects: an owner that is no number", "owner=ada"),
        ("projects: an owner in Python's digits", "owner=1_0"),
        ("projects: an unknown status", "status=lost"),
        ("projects: unknown checks", "checks=passed"),
        ("projects: an unknown kind", "file_kind=film"),
        (
            "projects: everything wrong",
            "file_kind=x&checks=x&status=x&owner=x",
        ),
        (
            "projects: a filter twice",
            "status=lost&status=active&page_size=2",
        ),
    ] {
        cases.get(name, &format!("/api/v1/projects/?{filter}"));
    }
    let list = List {
        name: "projects",
        path: "/api/v1/projects/?",
        owner: None,
    };
    wrong_pages(list, cases);
    cases.get("project: one", "/api/v1/projects/3/");
    cases.get("project: another", "/api/v1/projects/7/");
    cases.get("project: unknown", "/api/v1/projects/99999/");
    cases.get("project: no number", "/api/v1/projects/one/");
}

pub(super) fn new_projects(cases: &mut Cases) {
    let projects = "/api/v1/projects/";
    let case = cases.send("new project: by nobody", "POST", projects);
    *case = case.clone().json(r#"{"name": "x"}"#);
    let rows = |n: usize| vec![r#"{"name": "one of many"}"#; n].join(",");
    for (name, body) in [
        (
            "new project: one",
            r#"{"name": " Apollo ", "description": "To the moon."}"#.to_owned(),
        ),
        (
            "new project: archived",
            r#"{"name": "Gemini", "status": "archived"}"#.to_owned(),
        ),
        ("new project: no name", "{}".to_owned()),
        (
            "new project: an unknown status",
            r#"{"name": "x", "status": "lost"}"#.to_owned(),
        ),
        ("new projects: three", format!("[{}]", rows(3))),
        ("new projects: none", "[]".to_owned()),
        (
            "new projects: some wrong",
            r#"[{"name": "x"}, {}, {"name": ""}, {"name": "y"}]"#.to_owned(),
        ),
        (
            "new projects: not all objects",
            r#"[{"name": "x"}, 3, "x", []]"#.to_owned(),
        ),
        (
            "new projects: as many as can be",
            format!("[{}]", rows(500)),
        ),
        ("new projects: one more", format!("[{}]", rows(501))),
        ("new project: a text", "\"x\"".to_owned()),
        ("new project: null", "null".to_owned()),
    ] {
        let case = cases.send(name, "POST", projects);
        *case = case.clone().by(2).json(body);
    }
    let long = "x".repeat(121);
    let case = cases.send("new project: a long name", "POST", projects);
    *case = case.clone().by(2).json(format!(r#"{{"name": "{long}"}}"#));
    cases.get(
        "projects: after new ones",
        "/api/v1/projects/?owner=2&page_size=100",
    );
}
