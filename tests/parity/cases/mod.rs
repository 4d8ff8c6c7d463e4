//! What both services are asked. Data only.

mod articles;
mod dashboard;
mod projects;
mod requests;
mod users;

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
    users::users(&mut cases);
    articles::articles(&mut cases);
    articles::searches(&mut cases);
    projects::projects(&mut cases);
    requests::tokens(&mut cases);
    dashboard::dashboard(&mut cases);
    requests::wrong_requests(&mut cases);
    dashboard::new_items(&mut cases);
    dashboard::odd_items(&mut cases);
    dashboard::changed_items(&mut cases);
    projects::new_projects(&mut cases);
    cases.cases
}
