//! What both services are asked. Data only.

mod articles;
mod dashboard;
mod pages;
mod projects;
mod requests;
mod users;

/// One request, by what it shows.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) method: &'static str,
    pub(crate) target: Target,
    pub(crate) headers: Vec<(&'static str, String)>,
    /// `If-None-Match`: the tags before, that of the answer to an earlier case, and the tags after it.
    pub(crate) if_none_match: Option<(&'static str, &'static str, &'static str)>,
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
    fn new(name: impl Into<String>, method: &'static str, target: Target) -> Self {
        Self {
            name: name.into(),
            method,
            target,
            headers: Vec::new(),
            if_none_match: None,
            body: None,
        }
    }

    pub(crate) fn get(way: Way, name: impl Into<String>, path: &str) -> Self {
        Self::send(way, name, "GET", path)
    }

    /// Of that way's endpoint.
    pub(crate) fn send(
        way: Way,
        name: impl Into<String>,
        method: &'static str,
        path: &str,
    ) -> Self {
        let path = format!("{}{path}", way.prefix());
        Self::new(name, method, Target::Path(path))
    }

    /// Where an earlier answer leads.
    pub(crate) fn follow(name: impl Into<String>, of: &'static str, link: &'static str) -> Self {
        Self::new(name, "GET", Target::Link { of, name: link })
    }

    /// As the user of this id.
    pub(crate) fn by(self, user: i32) -> Self {
        self.header(
            "Authorization",
            format!("Token {}", example_service::seed::token_of(user)),
        )
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
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
    fn send(&mut self, name: impl Into<String>, method: &'static str, path: &str) -> &mut Case {
        self.push(Case::send(self.way, name, method, path))
    }

    fn get(&mut self, name: impl Into<String>, path: &str) -> &mut Case {
        self.send(name, "GET", path)
    }

    fn follow(&mut self, name: &str, of: &'static str, link: &'static str) -> &mut Case {
        self.push(Case::follow(name, of, link))
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
    dashboard::tags(&mut cases);
    requests::wrong_requests(&mut cases);
    dashboard::new_items(&mut cases);
    dashboard::odd_items(&mut cases);
    dashboard::changed_items(&mut cases);
    projects::new_projects(&mut cases);
    cases.cases
}
