//! Many users at once, run by goose: it starts them, has them think, and ends them. How long answers take is measured here,
//! until their last byte and in microseconds, for goose counts in milliseconds.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use goose::config::GooseConfiguration;
use goose::goose::{
    GooseMethod, GooseRequest, GooseUser, Scenario, Transaction, TransactionResult,
};
use goose::{GooseAttack, GooseError};

use crate::arguments::{Crowd, Service};
use crate::recorder::{End, Recorder};
use crate::told;
use crate::visitor::{Ask, Method, Request, Topic, Visitor};

/// How many users come in a second, at least so many.
const IN_A_SECOND: u32 = 250;

/// Until the last user has come, later than goose counts.
const MARGIN: Duration = Duration::from_secs(1);

/// Between two requests of one user.
const THINKING: [Duration; 2] = [Duration::from_millis(500), Duration::from_millis(1500)];

struct Stage {
    service: Service,
    recorder: Recorder,
    users: u32,
    came: AtomicU32,
}

/// What a user carries along.
#[derive(Clone)]
struct Session(Visitor);

/// Runs them, and tells what was measured once all were there.
pub(crate) async fn run(service: &Service, crowd: &Crowd) -> Result<String, String> {
    let measured = Duration::from_secs(crowd.seconds.into());
    let stage = Arc::new(Stage {
        service: service.clone(),
        recorder: Recorder::measuring(measured),
        users: crowd.users,
        came: AtomicU32::new(0),
    });
    let attack = attack(&stage, crowd, measured + MARGIN);
    let attack = attack.map_err(|error| error.to_string())?;
    attack.execute().await.map_err(|error| error.to_string())?;
    let measured = stage.recorder.measured(Instant::now());
    let measured = measured.ok_or("not all users have come: nothing was measured")?;
    Ok(told::lines(
        &stage.recorder.so_far(),
        measured.as_secs_f64(),
    ))
}

fn attack(stage: &Arc<Stage>, crowd: &Crowd, run: Duration) -> Result<GooseAttack, GooseError> {
    let users = crowd.users.to_string();
    let run = format!("{}s", run.as_secs());
    let mut words = vec![
        "--host",
        &stage.service.url,
        "--users",
        &users,
        "--run-time",
        &run,
    ];
    let arrival = format!("{}s", crowd.users.div_ceil(IN_A_SECOND));
    if crowd.users > 1 {
        words.extend(["--increase-time", &arrival]);
    }
    // Goose's own figures cost time that its users need. Nothing is to listen.
    words.extend([
        "--no-metrics",
        "--no-print-metrics",
        "--no-telnet",
        "--quiet",
        "--quiet",
    ]);
    let configuration = GooseConfiguration::parse_args_default(&words)?;
    let attack = GooseAttack::initialize_with_config(configuration)?;
    Ok(attack.register_scenario(scenario(stage, crowd)?))
}

fn scenario(stage: &Arc<Stage>, crowd: &Crowd) -> Result<Scenario, GooseError> {
    let mut scenario = Scenario::new("visitor").register_transaction(arrive(stage).set_on_start());
    if let Some(ask) = crowd.only {
        scenario = scenario.register_transaction(asking(stage, move |_| ask));
    } else {
        for topic in Topic::ALL {
            let transaction = asking(stage, move |visitor| visitor.ask(topic));
            scenario = scenario.register_transaction(transaction.set_weight(topic.weight())?);
        }
    }
    if crowd.think {
        return scenario.set_wait_time(THINKING[0], THINKING[1]);
    }
    Ok(scenario)
}

/// A user of their own for each, who looks at their dashboard first.
fn arrive(stage: &Arc<Stage>) -> Transaction {
    let stage = Arc::clone(stage);
    Transaction::new(Arc::new(move |user: &mut GooseUser| {
        let stage = Arc::clone(&stage);
        Box::pin(async move {
            let number = stage.came.fetch_add(1, Ordering::Relaxed);
            if number + 1 == stage.users {
                stage.recorder.begin(Instant::now());
            }
            let visitor = Visitor::new(number, &stage.service.prefix, stage.service.sizes);
            user.set_session_data(Session(visitor));
            ask(&stage, user, Ask::Dashboard).await
        })
    }))
}

fn asking(
    stage: &Arc<Stage>,
    choose: impl Fn(&mut Visitor) -> Ask + Send + Sync + Copy + 'static,
) -> Transaction {
    let stage = Arc::clone(stage);
    Transaction::new(Arc::new(move |user: &mut GooseUser| {
        let stage = Arc::clone(&stage);
        Box::pin(async move {
            let visitor = &mut user.get_session_data_unchecked_mut::<Session>().0;
            let chosen = choose(visitor);
            ask(&stage, user, chosen).await
        })
    }))
}

async fn ask(stage: &Stage, user: &mut GooseUser, ask: Ask) -> TransactionResult {
    let visitor = &mut user.get_session_data_unchecked_mut::<Session>().0;
    let request = visitor.request(ask);
    let authorization = visitor.authorization();
    let path = request.path.clone();
    let request = prepared(user, request, &authorization)?;
    let begun = Instant::now();
    let answer = user.request(request).await?.response;
    let (end, etag, body) = match answer {
        Err(error) => (End::None, None, error.to_string()),
        Ok(answer) => {
            let end = End::Status(answer.status().as_u16());
            let etag = answer.headers().get("etag");
            let etag = etag.and_then(|etag| etag.to_str().ok()).map(str::to_owned);
            match answer.text().await {
                Ok(body) => (end, etag, body),
                Err(error) => (End::None, None, error.to_string()),
            }
        }
    };
    let told = || format!("{path}: {end:?}: {body}");
    stage.recorder.take(ask, begun.elapsed(), end, told);
    if end.is_good() {
        let visitor = &mut user.get_session_data_unchecked_mut::<Session>().0;
        visitor.learn(ask, etag.as_deref(), &body);
    }
    Ok(())
}

fn prepared<'a>(
    user: &GooseUser,
    request: Request,
    authorization: &str,
) -> Result<GooseRequest<'a>, Box<goose::goose::TransactionError>> {
    let method = match request.method {
        Method::Get => GooseMethod::Get,
        Method::Post => GooseMethod::Post,
        Method::Patch => GooseMethod::Patch,
    };
    let builder = user.get_request_builder(&method, &request.path)?;
    let mut builder = builder.header("authorization", authorization);
    if let Some(etag) = request.if_none_match {
        builder = builder.header("if-none-match", etag);
    }
    if let Some(body) = request.body {
        builder = builder
            .header("content-type", "application/json")
            .body(body);
    }
    let prepared = GooseRequest::builder()
        .method(method)
        .set_request_builder(builder);
    Ok(prepared.build())
}
