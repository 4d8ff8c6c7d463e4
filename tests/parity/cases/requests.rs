//! Who asks, and what no view takes.

use super::Cases;

pub(super) fn tokens(cases: &mut Cases) {
    let dashboard = "/api/dashboard/";
    cases.get("token: none", dashboard);
    let header = |value| ("Authorization", value);
    for (name, (header, value)) in [
        ("token: unknown", header("Token 0123456789")),
        ("token: without a key", header("Token")),
        ("token: with a blank", header("Token a b")),
        ("token: of another scheme", header("Bearer abc")),
        ("token: in small letters", header("token 0123456789")),
    ] {
        let case = cases.get(name, dashboard);
        *case = case.clone().header(header, value);
    }
    let case = cases.get("token: unknown, of a list for all", "/api/users/");
    *case = case.clone().header("Authorization", "Token 0123456789");
}

/// Methods, types and bodies that no view takes.
pub(super) fn wrong_requests(cases: &mut Cases) {
    cases.get("path: unknown", "/api/nothing/");
    cases.get("path: no last slash", "/api/users");
    cases.send("method: OPTIONS", "OPTIONS", "/api/users/");
    for (name, method, path) in [
        ("method: nobody may", "PUT", "/api/users/"),
        ("method: nobody may delete", "DELETE", "/api/articles/"),
    ] {
        cases.send(name, method, path);
    }
    for (name, method, path) in [
        ("method: PUT", "PUT", "/api/users/"),
        ("method: POST", "POST", "/api/articles/"),
        ("method: PATCH", "PATCH", "/api/v1/projects/"),
        ("method: DELETE", "DELETE", "/api/dashboard/"),
        ("method: PUT of an item", "PUT", "/api/dashboard/2/"),
        ("method: GET of an item", "GET", "/api/dashboard/2/"),
    ] {
        let case = cases.send(name, method, path);
        *case = case.clone().by(3);
    }
    let case = cases.send("body: of another type", "POST", "/api/dashboard/");
    *case = case
        .clone()
        .by(3)
        .header("Content-Type", "text/plain")
        .body("title");
    let case = cases.send("body: a form", "POST", "/api/dashboard/");
    let form = "application/x-www-form-urlencoded";
    *case = case
        .clone()
        .by(3)
        .header("Content-Type", form)
        .body("title=a");
    for (name, kind) in [
        ("body: in UTF-8", "application/json; charset=utf-8"),
        ("body: in capitals", "Application/JSON"),
        ("body: of an unknown charset", "application/json; charset=x"),
        ("body: in Latin-1", "application/json; charset=latin-1"),
    ] {
        let case = cases.send(name, "POST", "/api/dashboard/");
        let case_of = case.clone().by(5).header("Content-Type", kind);
        *case = case_of.body(r#"{"title": "Zürich"}"#);
    }
    for (name, body) in [
        ("body: no JSON", "{".to_owned()),
        ("body: too long", format!("\"{}\"", "x".repeat(1024 * 1024))),
        ("body: a list", "[]".to_owned()),
        ("body: a text", "\"x\"".to_owned()),
        ("body: a number", "3".to_owned()),
        ("body: null", "null".to_owned()),
    ] {
        let case = cases.send(name, "POST", "/api/dashboard/");
        *case = case.clone().by(3).json(body);
    }
    let case = cases.send("body: none", "POST", "/api/dashboard/");
    *case = case.clone().by(3);
}
