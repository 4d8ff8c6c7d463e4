//! The plans of a recording's queries: asked for when an assertion wants them, and once.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use super::origin::Origin;
use crate::database::in_background_waiting;
use crate::error::SetupError;
use crate::plan::{self, Answer, Form, Plan, Plans, QueryPlans, Question, Refusal, Rows, Value};
use crate::record::sql::tokens;
use crate::record::{Parameter, Query, Traffic};

/// Of how many sets of values of one shape plans are asked for.
const MOST_OF_A_SHAPE: usize = 100;

/// So many words of a statement say what it is.
const MOST_WORDS: usize = 200;

/// What is known of a recording's plans by now.
#[derive(Debug, Default)]
pub(super) struct Known {
    plans: OnceLock<Result<Arc<Plans>, SetupError>>,
    figures: OnceLock<Result<Arc<Plans>, SetupError>>,
}

impl Known {
    /// The plans of its queries, with these rows.
    pub(super) fn plans(
        &self,
        traffic: &Traffic,
        origin: &Origin,
        rows: &Rows,
    ) -> Result<Arc<Plans>, SetupError> {
        let found = self
            .plans
            .get_or_init(|| Asking::of(traffic).plans(origin, rows).map(Arc::new));
        found.clone()
    }

    /// The same with what came of each: as the server told it, or by running again what only reads.
    pub(super) fn figures(
        &self,
        traffic: &Traffic,
        origin: &Origin,
        rows: &Rows,
    ) -> Result<Arc<Plans>, SetupError> {
        let found = self.figures.get_or_init(|| {
            let plans = self.plans(traffic, origin, rows)?;
            Asking::of(traffic).figures(origin, &plans).map(Arc::new)
        });
        found.clone()
    }
}

/// The questions that a recording's queries make, each once.
pub(super) fn questions(traffic: &Traffic) -> Vec<Question> {
    Asking::of(traffic).questions(|entry| entry.is_asked)
}

/// The questions that a recording's queries make.
#[derive(Default)]
struct Asking {
    entries: Vec<Entry>,
    unasked: usize,
    /// Why a session told no plans, although its database tells them.
    unheard: Option<String>,
}

/// One text and set of values.
struct Entry {
    question: Question,
    /// Its plan is asked for: enough of its shape are not yet.
    is_asked: bool,
    plans: QueryPlans,
}

impl Asking {
    fn of(traffic: &Traffic) -> Self {
        let mut asking = Self {
            unheard: traffic.without_plans().map(str::to_owned),
            ..Self::default()
        };
        let mut known: HashMap<Question, usize> = HashMap::new();
        let mut of_shape: HashMap<String, usize> = HashMap::new();
        for (at, query) in traffic.queries().enumerate() {
            // What the server refused has no plan, and the refusal is the program's affair.
            if query.is_failed() {
                continue;
            }
            let question = question(query);
            if let Some(known) = known.get(&question) {
                let plans = &mut asking.entries[*known].plans;
                plans.times += 1;
                hear(query, plans);
                continue;
            }
            let shape = of_shape.entry(query.fingerprint()).or_default();
            *shape += 1;
            let is_asked = *shape <= MOST_OF_A_SHAPE;
            if !is_asked && query.executed_plan().is_none() {
                asking.unasked += 1;
                continue;
            }
            known.insert(question.clone(), asking.entries.len());
            let mut plans = QueryPlans::of(at);
            hear(query, &mut plans);
            asking.entries.push(Entry {
                question,
                is_asked,
                plans,
            });
        }
        asking
    }

    fn questions(&self, is_asked: impl Fn(&Entry) -> bool) -> Vec<Question> {
        let asked = self.entries.iter().filter(|entry| is_asked(entry));
        asked.map(|entry| entry.question.clone()).collect()
    }

    fn plans(mut self, origin: &Origin, rows: &Rows) -> Result<Plans, SetupError> {
        let questions = self.questions(|entry| entry.is_asked);
        let (direct, asked) = (origin.direct.clone(), rows.clone());
        let work = async move { plan::plans(&direct, &questions, &asked).await };
        let (catalog, answers) = in_background_waiting(work)?;
        let asked = self.entries.iter_mut().filter(|entry| entry.is_asked);
        for (Entry { plans, .. }, answer) in asked.zip(answers) {
            match answer {
                Answer::Plans { custom, generic } => {
                    (plans.custom, plans.generic) = (Some(custom), generic);
                }
                // It ran, and that is better than to be asked again.
                Answer::Refused(_) if plans.ran.is_some() => {}
                Answer::Refused(refusal) => plans.refusal = Some(refusal),
            }
        }
        Ok(Plans {
            queries: self.entries.into_iter().map(|entry| entry.plans).collect(),
            catalog,
            rows: rows.clone(),
            unasked: self.unasked,
            unheard: origin.unheard.clone().or(self.unheard),
        })
    }

    fn figures(self, origin: &Origin, plans: &Plans) -> Result<Plans, SetupError> {
        let mut plans = plans.clone();
        let questions = self.questions(|entry| entry.plans.ran.is_none());
        if questions.is_empty() {
            return Ok(plans);
        }
        let direct = origin.direct.clone();
        let work = async move { plan::figures(&direct, &questions).await };
        let answers = in_background_waiting(work)?;
        let missing = plans.queries.iter_mut().filter(|query| query.ran.is_none());
        for (query, answer) in missing.zip(answers) {
            match answer {
                Answer::Plans { custom, .. } => query.ran = Some(custom),
                Answer::Refused(refusal) => query.refusal = Some(refusal),
            }
        }
        Ok(plans)
    }
}

/// What the server told of a query when it ran.
fn hear(query: &Query, plans: &mut QueryPlans) {
    let Some(executed) = &query.executed else {
        return;
    };
    let mut parsed = |json: &Arc<str>| match Plan::parse(json) {
        Ok(plan) => Some(plan),
        Err(why) => {
            plans.refusal = Some(Refusal::Unparsed(why, Arc::clone(json)));
            None
        }
    };
    let own = executed.own.as_ref().and_then(&mut parsed);
    let inner: Vec<Plan> = executed.inner.iter().filter_map(&mut parsed).collect();
    plans.inner.extend(inner);
    match own {
        Some(own) if plans.ran.is_some() => plans.again.push(own),
        own => plans.ran = plans.ran.take().or(own),
    }
}

pub(super) fn question(query: &Query) -> Question {
    let words: Vec<String> = tokens(query.sql())
        .take(MOST_WORDS)
        .map(|token| token.text.to_ascii_uppercase())
        .collect();
    Question {
        sql: Arc::clone(&query.sql),
        form: Form::of(&words),
        values: query.parameters().iter().map(value).collect(),
        settings: Arc::clone(&query.settings),
        is_prepared: query.is_prepared,
    }
}

fn value(parameter: &Parameter) -> Value {
    let (type_oid, is_binary, bytes) = parameter.parts();
    Value {
        type_oid,
        is_binary,
        bytes: bytes.map(Arc::from),
        is_cut: parameter.is_cut(),
    }
}
