//! One client, one request after the other, endpoint after endpoint: what an answer takes when nobody else asks.

use std::time::{Duration, Instant};

use reqwest::{Client, Response};

use crate::arguments::{Series, Service};
use crate::recorder::{End, Recorder, Seen};
use crate::told;
use crate::visitor::{Ask, Method, Request, Visitor};

/// A row of the table: what is done before each request, untimed, and what is timed.
struct Row {
    name: &'static str,
    before: Option<Ask>,
    ask: Ask,
}

/// The dashboard once as it is remembered, once as it is after a write.
fn rows() -> Vec<Row> {
    let mut rows: Vec<Row> = Ask::ALL.into_iter().map(row).collect();
    rows.insert(
        2,
        Row {
            name: "dashboard-after-write",
            before: Some(Ask::ChangedItem),
            ask: Ask::Dashboard,
        },
    );
    rows
}

fn row(ask: Ask) -> Row {
    let before = match ask {
        Ask::ArticlesNext => Some(Ask::ArticlesList),
        // Its `ETag` is to be that of now.
        Ask::DashboardKnown => Some(Ask::Dashboard),
        _ => None,
    };
    Row {
        name: ask.name(),
        before,
        ask,
    }
}

/// Asks for each, and tells the times.
pub(crate) async fn run(service: &Service, series: &Series) -> Result<String, String> {
    let client = Client::builder()
        .gzip(true)
        .timeout(Duration::from_secs(60))
        .build();
    let mut caller = Caller {
        client: client.map_err(|error| error.to_string())?,
        url: service.url.clone(),
        visitor: Visitor::new(0, &service.prefix, service.sizes),
    };
    let begun = Instant::now();
    let mut all = Seen::default();
    // The ids of the user's items.
    caller.ask(Ask::Dashboard).await;
    for row in rows() {
        let seen = caller.series(&row, series).await;
        all.sent += seen.sent;
        let times = seen.times.into_values().flatten().collect();
        all.times.insert(row.name, times);
        for (end, count) in seen.bad {
            *all.bad.entry(end).or_default() += count;
        }
        all.first_bad = all.first_bad.or(seen.first_bad);
    }
    Ok(told::lines(&all, begun.elapsed().as_secs_f64()))
}

struct Caller {
    client: Client,
    url: String,
    visitor: Visitor,
}

impl Caller {
    async fn series(&mut self, row: &Row, series: &Series) -> Seen {
        let begun = Instant::now();
        let is_time = || begun.elapsed() < series.at_most;
        let warm_up = (0..series.warm_up).take_while(|_| is_time());
        for _ in warm_up {
            self.pair(row).await;
        }
        let begun = Instant::now();
        let recorder = Recorder::measuring(series.at_most * 10);
        recorder.begin(begun);
        // One at least, or the row would have no time at all.
        for number in 0..series.requests {
            if number > 0 && begun.elapsed() > series.at_most {
                break;
            }
            let (took, end, told) = self.pair(row).await;
            recorder.take(row.ask, took, end, || told);
        }
        recorder.so_far()
    }

    async fn pair(&mut self, row: &Row) -> (Duration, End, String) {
        if let Some(before) = row.before {
            self.ask(before).await;
        }
        self.ask(row.ask).await
    }

    async fn ask(&mut self, ask: Ask) -> (Duration, End, String) {
        let request = self.visitor.request(ask);
        let begun = Instant::now();
        let answer = self.sent(&request).await;
        let (end, etag, body) = match answer {
            Ok((status, etag, body)) => (End::Status(status), etag, body),
            Err(error) => (End::None, None, error.to_string()),
        };
        let took = begun.elapsed();
        if end.is_good() {
            self.visitor.learn(ask, etag.as_deref(), &body);
        }
        (took, end, format!("{}: {end:?}: {body}", request.path))
    }

    async fn sent(&self, request: &Request) -> reqwest::Result<(u16, Option<String>, String)> {
        let path = &request.path;
        let url = if path.starts_with('/') {
            self.url.clone() + path
        } else {
            path.clone()
        };
        let builder = match request.method {
            Method::Get => self.client.get(url),
            Method::Post => self.client.post(url),
            Method::Patch => self.client.patch(url),
        };
        let mut builder = builder.header("authorization", self.visitor.authorization());
        if let Some(etag) = &request.if_none_match {
            builder = builder.header("if-none-match", etag);
        }
        if let Some(body) = &request.body {
            builder = builder
                .header("content-type", "application/json")
                .body(body.clone());
        }
        let answer = builder.send().await?;
        let status = answer.status().as_u16();
        let etag = etag_of(&answer);
        Ok((status, etag, answer.text().await?))
    }
}

fn etag_of(answer: &Response) -> Option<String> {
    let etag = answer.headers().get("etag")?;
    etag.to_str().ok().map(str::to_owned)
}
