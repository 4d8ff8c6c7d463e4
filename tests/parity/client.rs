//! A client of either service: one connection after another, no compression, answers as they are.

use std::time::Duration;

use ureq::{Agent, http};

/// Links in answers name the host that was asked for, so that is the same for both.
const HOST: &str = "testserver";
/// Long enough for a debug build on a machine with other work.
const PATIENCE: Duration = Duration::from_mins(1);

/// What is sent.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Option<String>,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: http::HeaderMap,
    /// Empty where it is compressed: nobody unpacks it here.
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// Such as `Vary`: in whatever order and letters, in one line or several.
    pub(crate) fn names_in(&self, header: &str) -> Vec<String> {
        let lines = self.headers.get_all(header).iter();
        let names = lines.flat_map(|line| line.to_str().unwrap().split(','));
        let mut names: Vec<_> = names.map(|name| name.trim().to_ascii_lowercase()).collect();
        names.sort();
        names
    }

    /// The path of a link in it, such as its `next`.
    pub(crate) fn link(&self, name: &str) -> Option<String> {
        let body: serde_json::Value = serde_json::from_str(&self.body).unwrap();
        let link = body[name].as_str()?;
        let path = link.strip_prefix(&format!("http://{HOST}"));
        Some(path.expect("an absolute link").to_owned())
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Client {
    agent: Agent,
    address: String,
}

impl Client {
    /// Of the service that listens on `address`, such as `127.0.0.1:8000`.
    pub(crate) fn of(address: &str) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            // Who refuses a body unread closes the connection, and a client may only notice with its next request.
            .max_idle_connections(0)
            .timeout_global(Some(PATIENCE))
            .build();
        Self {
            agent: config.new_agent(),
            address: address.to_owned(),
        }
    }

    /// It blocks a thread of its own, not the test's: a service may live there.
    pub(crate) async fn send(&self, request: Request) -> Answer {
        let client = self.clone();
        let sent = tokio::task::spawn_blocking(move || client.send_blocking(&request));
        sent.await.unwrap()
    }

    fn send_blocking(&self, request: &Request) -> Answer {
        let uri = format!("http://{}{}", self.address, request.path);
        let mut builder = http::Request::builder()
            .method(request.method)
            .uri(uri)
            .header("host", HOST);
        for (name, value) in &request.headers {
            builder = builder.header(*name, value);
        }
        let answer = match &request.body {
            Some(body) => self.agent.run(builder.body(body.clone()).unwrap()),
            None => self.agent.run(builder.body(()).unwrap()),
        };
        let answer =
            answer.unwrap_or_else(|error| panic!("{} {}: {error}", request.method, request.path));
        let (parts, mut body) = answer.into_parts();
        let body = if parts.headers.contains_key("content-encoding") {
            String::new()
        } else {
            body.read_to_string().unwrap()
        };
        Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body,
        }
    }
}
