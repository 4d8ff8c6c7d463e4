//! What both services are asked. Data only.

/// One request, by what it shows.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) method: &'static str,
    pub(crate) target: Target,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Option<String>,
}

#[derive(Debug, Clone)]
pub(crate) enum Target {
    Path(String),
    /// The link of this name in the answer to an earlier case.
    Link {
        of: &'static str,
        name: &'static str,
    },
}

/// The endpoints as first written, or tuned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Naive,
    Tuned,
}

impl Way {
    pub(crate) fn prefix(self) -> &'static str {
        match self {
            Self::Naive => "/naive",
            Self::Tuned => "",
        }
    }
}

impl Case {
    fn new(name: &'static str, method: &'static str, target: Target) -> Self {
        Self {
            name,
            method,
            target,
            headers: Vec::new(),
            body: None,
        }
    }

    pub(crate) fn get(way: Way, name: &'static str, path: &str) -> Self {
        Self::send(way, name, "GET", path)
    }

    /// Of that way's endpoint.
    pub(crate) fn send(way: Way, name: &'static str, method: &'static str, path: &str) -> Self {
        let path = format!("{}{path}", way.prefix());
        Self::new(name, method, Target::Path(path))
    }

    /// As the user of this id.
    pub(crate) fn by(self, user: i32) -> Self {
        self.header(
            "Authorization",
            format!("Token {}", example_service::seed::token_of(user)),
        )
    }

    fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// With this JSON, or what pretends to be it.
    pub(crate) fn json(self, body: impl Into<String>) -> Self {
        self.header("Content-Type", "application/json").body(body)
    }

    fn body(mut self, body: impl Into<String>) -> Self {
        self.body = Some(body.into());
        self
    }
}

/// Cases of one way.
struct Cases {
    way: Way,
    cases: Vec<Case>,
}

impl Cases {
    fn send(&mut self, name: &'static str, method: &'static str, path: &str) -> &mut Case {
        self.push(Case::send(self.way, name, method, path))
    }

    fn get(&mut self, name: &'static str, path: &str) -> &mut Case {
        self.send(name, "GET", path)
    }

    fn follow(&mut self, name: &'static str, of: &'static str, link: &'static str) -> &mut Case {
        let target = Target::Link { of, name: link };
        self.push(Case::new(name, "GET", target))
    }

    fn push(&mut self, case: Case) -> &mut Case {
        self.cases.push(case);
        self.cases.last_mut().expect("it was pushed")
    }
}

/// All of them, those that write last.
pub(crate) fn all(way: Way) -> Vec<Case> {
    let mut cases = Cases {
        way,
        cases: Vec::new(),
    };
    users(&mut cases);
    articles(&mut cases);
    searches(&mut cases);
    projects(&mut cases);
    tokens(&mut cases);
    dashboard(&mut cases);
    wrong_requests(&mut cases);
    new_items(&mut cases);
    changed_items(&mut cases);
    new_projects(&mut cases);
    cases.cases
}

fn users(cases: &mut Cases) {
    cases.get("users: first page", "/api/users/");
    cases.follow("users: second page", "users: first page", "next");
    cases.follow("users: back again", "users: second page", "previous");
    cases.get("users: pages of 25", "/api/users/?page_size=25");
    cases.follow("users: second of 25", "users: pages of 25", "next");
    cases.follow("users: last of 25", "users: second of 25", "next");
    cases.follow("users: before the last", "users: last of 25", "previous");
    cases.get("users: all on one page", "/api/users/?page_size=100");
    cases.get(
        "users: a page too large",
        "/api/users/?page_size=1000&b=2&a=1",
    );
    for (name, size) in [
        ("users: a page of 0", "0"),
        ("users: a page of -1", "-1"),
        ("users: a page of ten", "ten"),
        ("users: a page of nothing", ""),
    ] {
        cases.get(name, &format!("/api/users/?page_size={size}"));
    }
    match cases.way {
        Way::Naive => numbered("/api/users/", cases),
        Way::Tuned => by_cursor("/api/users/", cases),
    }
    cases.get(
        "users: two fields",
        "/api/users/?fields=id,username&page_size=3",
    );
    cases.get(
        "users: in the order of the serializer",
        "/api/users/?fields=username,id",
    );
    cases.get(
        "users: an unknown field among them",
        "/api/users/?fields=id,password,nonsense",
    );
    cases.get(
        "users: unknown fields only",
        "/api/users/?fields=nonsense&page_size=2",
    );
    cases.get("users: no fields", "/api/users/?fields=&page_size=2");
    cases.get(
        "users: fields with blanks",
        "/api/users/?fields=%20id%20,%20groups%20&page_size=2",
    );
    cases.get(
        "users: one relation",
        "/api/users/?fields=permissions&page_size=5",
    );
    cases.get("users: the profile alone", "/api/users/?fields=profile");
    cases.get("user: one", "/api/users/4/");
    cases.get(
        "user: two of its fields",
        "/api/users/4/?fields=groups,email",
    );
    cases.get("user: unknown", "/api/users/99999/");
    cases.get("user: beyond integers", "/api/users/99999999999999999999/");
    cases.get("user: beyond the column", "/api/users/2147483648/");
    cases.get("user: no number", "/api/users/one/");
    cases.get("user: 0", "/api/users/0/");
}

/// Pages by number that do not exist, and the last one.
fn numbered(list: &str, cases: &mut Cases) {
    for (name, page) in [
        ("page: last", "last"),
        ("page: beyond the last", "99"),
        ("page: 0", "0"),
        ("page: -1", "-1"),
        ("page: no number", "x"),
        ("page: blank", ""),
    ] {
        cases.get(name, &format!("{list}?page={page}"));
    }
}

/// Cursors that nobody wrote, and some that anybody could have.
fn by_cursor(list: &str, cases: &mut Cases) {
    for (name, cursor) in [
        ("cursor: not base 64", "x"),
        ("cursor: nonsense", "bm9uc2Vuc2U%3D"),
        ("cursor: empty", ""),
        ("cursor: no position", "cD1hYmM%3D"),         // p=abc
        ("cursor: a position beyond all", "cD05OTk5"), // p=9999
        ("cursor: back from there", "cj0xJnA9OTk5OQ%3D%3D"), // r=1&p=9999
        ("cursor: back from before all", "cj0xJnA9MA%3D%3D"), // r=1&p=0
        ("cursor: an offset", "bz01"),                 // o=5
        ("cursor: an offset back", "bz01JnI9MQ%3D%3D"), // o=5&r=1
        ("cursor: an offset from a position", "bz01JnA9MTA%3D"), // o=5&p=10
        ("cursor: a negative offset", "bz0tMQ%3D%3D"), // o=-1
    ] {
        cases.get(name, &format!("{list}?page_size=10&cursor={cursor}"));
    }
}

fn articles(cases: &mut Cases) {
    cases.get("articles: first page", "/api/articles/");
    cases.follow("articles: second page", "articles: first page", "next");
    cases.follow("articles: back again", "articles: second page", "previous");
    cases.get("articles: pages of 100", "/api/articles/?page_size=100");
    cases.follow("articles: second of 100", "articles: pages of 100", "next");
    cases.follow("articles: last of 100", "articles: second of 100", "next");
    match cases.way {
        Way::Naive => {
            cases.get("articles: no such page", "/api/articles/?page=99");
        }
        Way::Tuned => {
            cases.get("articles: no cursor", "/api/articles/?cursor=x");
        }
    }
}

/// Texts with what a query language could take for its own, percent-encoded.
fn searches(cases: &mut Cases) {
    for (name, text) in [
        ("search: a rare word", "heisenbug"),
        ("search: the rarest", "zugzwang"),
        ("search: in capitals", "HEISENBUG"),
        ("search: with blanks around", "%20%20case137%20"),
        ("search: a common word", "database"),
        ("search: Unicode", "Z%C3%BCrich"),
        ("search: nothing found", "xylophone"),
        ("search: blanks only", "%20%20"),
        ("search: quotes", "%22was%20a%20heisenbug%22"),
        ("search: one quote", "%22heisenbug"),
        ("search: an apostrophe", "heisenbug%27"),
        (
            "search: operators",
            "heisenbug%20%26%20%7C%20%21%20%28%20%3A%2A",
        ),
        ("search: or", "zugzwang%20or%20heisenbug"),
        ("search: not", "heisenbug%20-zugzwang"),
        ("search: a percent sign", "100%25"),
        ("search: an underscore", "eisen_u"),
        ("search: a backslash", "%5C"),
        (
            "search: SQL",
            "%27%3B%20DROP%20TABLE%20articles_article%3B%20--",
        ),
        ("search: an emoji", "%F0%9F%A6%80"),
        ("search: no UTF-8", "%FF%FE"),
        ("search: misspelt", "databse"),
        ("search: the beginning of a word", "transac"),
        ("search: punctuation", "%21%3F"),
        ("search: a null character", "a%00b"),
    ] {
        cases.get(name, &format!("/api/articles/?search={text}"));
    }
    let long = "x".repeat(201);
    cases.get("search: too long", &format!("/api/articles/?search={long}"));
    let longest = "x".repeat(200);
    cases.get(
        "search: as long as can be",
        &format!("/api/articles/?search={longest}"),
    );
    cases.follow("search: second page", "search: a common word", "next");
    cases.follow("search: third page", "search: second page", "next");
    cases.follow("search: back again", "search: third page", "previous");
}

fn projects(cases: &mut Cases) {
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
    cases.get("project: one", "/api/v1/projects/3/");
    cases.get("project: another", "/api/v1/projects/7/");
    cases.get("project: unknown", "/api/v1/projects/99999/");
    cases.get("project: no number", "/api/v1/projects/one/");
}

fn tokens(cases: &mut Cases) {
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

fn dashboard(cases: &mut Cases) {
    let by = |case: &mut Case| *case = case.clone().by(3);
    by(cases.get("dashboard: first page", "/api/dashboard/?page_size=4"));
    by(cases.follow("dashboard: second page", "dashboard: first page", "next"));
    by(cases.follow("dashboard: last page", "dashboard: second page", "next"));
    by(cases.follow("dashboard: back again", "dashboard: last page", "previous"));
    by(cases.get("dashboard: all of it", "/api/dashboard/?page_size=1000"));
    by(cases.get("dashboard: once more", "/api/dashboard/?page_size=1000"));
}

/// Methods, types and bodies that no view takes.
fn wrong_requests(cases: &mut Cases) {
    cases.get("path: unknown", "/api/nothing/");
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

fn new_items(cases: &mut Cases) {
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

/// Item 2 is of the user with id 3, as every sixtieth is.
fn changed_items(cases: &mut Cases) {
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
}

fn new_projects(cases: &mut Cases) {
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
