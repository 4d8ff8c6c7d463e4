//! Both services, each on its own copy of the template and behind a recorder of its own.

use std::path::Path;
use std::time::Duration;

use example_service::Settings;
use perf_harness::{Counts, PerfDb};

use crate::cases::{Case, Target};
use crate::client::{Answer, Client, Request};
use crate::django::Django;
use crate::rust::Rust;
use crate::template::{self, on_a_copy};

const FOREVER: Duration = Duration::from_hours(1);

/// Whose answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Author {
    Django,
    Rust,
}

/// How both are set up: by the environment in Django's words.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct SetUp {
    pub(crate) throttle_anon: Option<&'static str>,
    pub(crate) throttle_user: Option<&'static str>,
}

/// An answer, and what it cost the database.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) case: Case,
    pub(crate) answer: Answer,
    pub(crate) counts: Counts,
}

/// The answers to all cases, one after the other.
pub(crate) fn ask(author: Author, python: &Path, set_up: SetUp, cases: &[Case]) -> Vec<Asked> {
    let name = format!("parity::{author:?}");
    let template = template::filled(python);
    on_a_copy(&name, template, async |db| match author {
        Author::Django => {
            let anon = set_up.throttle_anon.map(|rate| ("THROTTLE_ANON", rate));
            let user = set_up.throttle_user.map(|rate| ("THROTTLE_USER", rate));
            let environment: Vec<_> = anon.into_iter().chain(user).collect();
            let django = Django::start(python, db.url(), &environment);
            ask_each(&db, &django.client, cases).await
        }
        Author::Rust => {
            let settings = Settings {
                throttle_anon: set_up.throttle_anon.map(|rate| rate.parse().unwrap()),
                throttle_user: set_up.throttle_user.map(|rate| rate.parse().unwrap()),
                // However slow the machine is: what is counted must not depend on it.
                token_ttl: FOREVER,
                dashboard_ttl: FOREVER,
                ..Settings::default()
            };
            let rust = Rust::start(db.url(), &settings).await;
            ask_each(&db, &rust.client, cases).await
        }
    })
}

async fn ask_each(db: &PerfDb, client: &Client, cases: &[Case]) -> Vec<Asked> {
    let mut asked: Vec<Asked> = Vec::new();
    for case in cases {
        let path = path(case, &asked);
        let recording = db.record(client.send(request(case, path, &asked))).await;
        asked.push(Asked {
            case: case.clone(),
            counts: *recording.counts(),
            answer: recording.into_output(),
        });
    }
    asked
}

fn request(case: &Case, path: String, asked: &[Asked]) -> Request {
    let mut headers = case.headers.clone();
    if let Some((before, of, after)) = case.if_none_match {
        // The naive ways have none.
        let tag = earlier(case, of, asked).header("etag").unwrap_or("\"\"");
        headers.push(("If-None-Match", format!("{before}{tag}{after}")));
    }
    Request {
        method: case.method,
        path,
        headers,
        body: case.body.clone(),
    }
}

/// Where the case leads: each service follows its own links.
fn path(case: &Case, asked: &[Asked]) -> String {
    match &case.target {
        Target::Path(path) => path.clone(),
        Target::Link { of, name } => {
            let answer = earlier(case, of, asked);
            let link = answer.link(name);
            link.unwrap_or_else(|| panic!("{}: {of:?} has no {name}: {}", case.name, answer.body))
        }
    }
}

fn earlier<'a>(case: &Case, name: &str, asked: &'a [Asked]) -> &'a Answer {
    let before = asked.iter().find(|asked| asked.case.name == name);
    let before = before.unwrap_or_else(|| panic!("{}: no case {name:?} before it", case.name));
    &before.answer
}
