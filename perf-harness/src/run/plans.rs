//! The plans of a recording's queries: asked for when an assertion wants them, and once.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use super::origin::Origin;
use crate::database::in_background_waiting;
use crate::error::SetupError;
use crate::plan::{self, Answer, Form, Plan, Plans, QueryPlans, Question, Rows, Value};
use crate::record::sql::tokens;
use crate::record::{Parameter, Query, Traffic};

/// Of how many sets of values of one shape plans are asked for.
const MOST_OF_A_SHAPE: usize = 20;

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
    Asking::of(traffic).questions
}

/// The questions that a recording's queries make.
struct Asking {
    questions: Vec<Question>,
    /// The first query of each, and how many there are.
    queries: Vec<(usize, usize)>,
    /// What the server told of each.
    told: Vec<Told>,
    unasked: usize,
}

#[derive(Clone, Debug, Default)]
struct Told {
    ran: Option<Plan>,
    inner: Vec<Plan>,
}

impl Asking {
    fn of(traffic: &Traffic) -> Self {
        let mut asking = Self {
            questions: Vec::new(),
            queries: Vec::new(),
            told: Vec::new(),
            unasked: 0,
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
                asking.queries[*known].1 += 1;
                continue;
            }
            let shape = of_shape.entry(query.fingerprint()).or_default();
            *shape += 1;
            if *shape > MOST_OF_A_SHAPE {
                asking.unasked += 1;
                continue;
            }
            known.insert(question.clone(), asking.questions.len());
            asking.questions.push(question);
            asking.queries.push((at, 1));
            asking.told.push(told(query));
        }
        asking
    }

    fn plans(self, origin: &Origin, rows: &Rows) -> Result<Plans, SetupError> {
        let (direct, rows) = (origin.direct.clone(), rows.clone());
        let (questions, asked) = (self.questions, rows.clone());
        let (catalog, answers) =
            in_background_waiting(async move { plan::plans(&direct, &questions, &asked).await })?;
        let queries = self.queries.into_iter().zip(self.told).zip(answers);
        let queries = queries.map(|(((at, times), told), answer)| {
            let (custom, generic, refusal) = match answer {
                Answer::Plans { custom, generic } => (Some(custom), generic, None),
                // It ran, and that is better than to be asked again.
                Answer::Refused(_) if told.ran.is_some() => (None, None, None),
                Answer::Refused(refusal) => (None, None, Some(refusal)),
            };
            QueryPlans {
                at,
                times,
                ran: told.ran,
                inner: told.inner,
                custom,
                generic,
                refusal,
            }
        });
        Ok(Plans {
            queries: queries.collect(),
            catalog,
            rows,
            unasked: self.unasked,
            unheard: None,
        })
    }

    fn figures(self, origin: &Origin, plans: &Plans) -> Result<Plans, SetupError> {
        let mut plans = plans.clone();
        let missing: Vec<usize> = (0..plans.queries.len())
            .filter(|at| plans.queries[*at].ran.is_none())
            .collect();
        let questions: Vec<Question> = missing
            .iter()
            .map(|at| self.questions[*at].clone())
            .collect();
        let direct = origin.direct.clone();
        let answers =
            in_background_waiting(async move { plan::figures(&direct, &questions).await })?;
        for (at, answer) in missing.into_iter().zip(answers) {
            let query = &mut plans.queries[at];
            match answer {
                Answer::Plans { custom, .. } => query.ran = Some(custom),
                Answer::Refused(refusal) => query.refusal = Some(refusal),
            }
        }
        Ok(plans)
    }
}

fn question(query: &Query) -> Question {
    let first = tokens(query.sql()).next();
    let first = first.map_or(String::new(), |token| token.text.to_ascii_uppercase());
    Question {
        sql: Arc::clone(&query.sql),
        form: Form::of(&first),
        values: query.parameters().iter().map(value).collect(),
        settings: Arc::from([]),
        is_prepared: !query.parameters().is_empty(),
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

fn told(_query: &Query) -> Told {
    Told::default()
}
