//! Work held against all that an entry of the file of budgets says.

use std::panic::Location;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::perf_db::PerfDb;
use super::recording::{Recording, UNNAMED};
use crate::budget::{
    Asked, Assertion, Finding, Form, Held, Latency, Measured, Metric, Problem, Within, nothing,
};
use crate::budgets::{self, Budgets, Entry};
use crate::config;
use crate::error::SetupError;
use crate::plan::{Plans, Rows};
use crate::units::micros;

/// The budgets of this workspace, read once in a process.
fn file() -> Result<&'static Budgets, SetupError> {
    static FILE: OnceLock<Result<Budgets, SetupError>> = OnceLock::new();
    let read = || {
        let (file, told) = config::budgets()?;
        budgets::of_file(&file, &told)
    };
    FILE.get_or_init(read).as_ref().map_err(Clone::clone)
}

/// One of them.
pub(super) fn entry(name: &str) -> Result<&'static Entry, SetupError> {
    file()?.entry(name)
}

/// The sizes of tables that an entry says.
pub(super) fn rows_of(entry: &Entry) -> Rows {
    Rows::of(entry.rows.iter().cloned())
}

/// The budget that a test names, and whether it held something against it.
#[derive(Debug, Default)]
pub(super) struct Budgeted {
    named: Option<String>,
    is_tested: AtomicBool,
}

impl Budgeted {
    pub(super) fn new(named: Option<&str>) -> Self {
        Self {
            named: named.map(str::to_owned),
            is_tested: AtomicBool::new(false),
        }
    }

    /// A test that names a budget and holds nothing against it proves nothing.
    pub(super) fn untested(&self) -> Option<SetupError> {
        let named = self.named.as_deref()?;
        let is_tested = self.is_tested.load(Ordering::Relaxed);
        (!is_tested).then(|| SetupError::Budgets {
            cause: format!("nothing was held against the budget \"{named}\" that this test names"),
            cure: "hold its work against it: assert_within_budget!(db, || work()), assert_within_budget!(recording)\n\
                   or leave `budget` out of #[perf_test(..)]"
                .to_owned(),
        })
    }

    fn add(&self, entry: &str) {
        if self.named.as_deref() == Some(entry) {
            self.is_tested.store(true, Ordering::Relaxed);
        }
    }
}

/// Work that was recorded once, to be held against a budget. What it returned can be asked before.
#[doc(hidden)]
#[derive(Debug)]
pub struct BudgetedWork<T, A> {
    recording: Recording<T>,
    db: PerfDb,
    /// Its latency is judged by it, if it can be done again.
    again: Option<A>,
    name: Option<String>,
    form: Form,
    location: &'static Location<'static>,
}

impl<T, A, F> BudgetedWork<T, A>
where
    A: FnMut() -> F,
    F: Future<Output = T>,
{
    /// What it returned and sent.
    pub fn recording(&self) -> &Recording<T> {
        &self.recording
    }

    /// Judges all limits of the budget and gives what the work returned. `status` is that of the response, if there was one.
    pub async fn judge(mut self, status: Option<u16>, failure: impl Fn(&T) -> Option<String>) -> T {
        let latency = match self.again.take() {
            Some(again) => self.latency(again, &failure).await,
            None => Vec::new(),
        };
        let name = self.name.as_deref();
        self.recording
            .check_within_as(name, (status, latency), &self.form, self.location);
        self.recording.into_output()
    }

    /// What the entry says of latency, with what the work takes. Nothing of an entry that there is not: that is told later.
    async fn latency(&self, again: A, failure: &impl Fn(&T) -> Option<String>) -> Vec<Held> {
        let budgeted = &self.recording.origin.ledger.budgeted;
        let name = self.name.as_deref().or(budgeted.named.as_deref());
        let Some(Ok(entry)) = name.map(entry) else {
            return Vec::new();
        };
        // What is refused is told as that.
        if failure(self.recording.output()).is_some() && entry.is_endpoint() {
            return Vec::new();
        }
        let rules = entry.latency.iter().map(|ruled| ruled.rule);
        let latency = Latency::of(rules.collect());
        if latency.rules().is_empty() {
            return Vec::new();
        }
        let again = Mutex::new(again);
        let work = async |()| {
            let run = (again.lock().unwrap_or_else(PoisonError::into_inner))();
            run.await
        };
        let asked = (&latency, &self.form, self.location);
        let judged = self.db.held_latency(asked, work, failure).await;
        let told = file()
            .map(|file| file.file.display().to_string())
            .unwrap_or_default();
        let places = entry.latency.iter().map(|ruled| ruled.source.line());
        let held = entry.latency.iter().zip(judged).zip(places);
        held.map(|((ruled, (actual, estimate)), line)| Held {
            of: Measured::Latency(ruled.rule.statistic()),
            most: micros(ruled.rule.most()),
            actual,
            estimate,
            place: line.map(|line| format!("{told}:{line}")),
        })
        .collect()
    }
}

impl PerfDb {
    /// Records `work` and holds it against all limits of a budget: by its name, or the one that the test names. What
    /// does not hold is told when the test ends, all together. A closure is run again, some hundred times, for the limits on
    /// latency; a future is run once, and they are not judged.
    ///
    /// The macro [`assert_within_budget!`](crate::assert_within_budget) is a line over this function, and looks at the status
    /// and the size of the response besides.
    #[track_caller]
    pub fn check_within<Kind, W: super::Work<Kind>>(
        &self,
        budget: Option<&str>,
        work: W,
    ) -> impl Future<Output = W::Output> {
        let form = Form::OneStep("db".to_owned());
        let held = self.hold(budget, form, Location::caller(), work);
        async move { held.await.judge(None, |_| None).await }
    }

    pub(crate) fn hold<Kind, W: super::Work<Kind>>(
        &self,
        budget: Option<&str>,
        form: Form,
        location: &'static Location<'static>,
        work: W,
    ) -> impl Future<Output = BudgetedWork<W::Output, W::Again>> {
        let name = budget.map(str::to_owned);
        async move {
            let (first, again) = work.begin();
            BudgetedWork {
                recording: self.record(first).await,
                db: self.clone(),
                again,
                name,
                form,
                location,
            }
        }
    }
}

impl<T> Recording<T> {
    /// Holds it against all limits on work of a budget: by its name, or the one that the test names. What does not hold is
    /// told when the test ends, all together.
    ///
    /// The macro [`assert_within_budget!`](crate::assert_within_budget) is a line over this function, and looks at the status
    /// and the size of the response besides.
    #[track_caller]
    pub fn check_within(&self, budget: Option<&str>) {
        let form = Form::OfRecording(UNNAMED.to_owned());
        self.check_within_as(budget, (None, Vec::new()), &form, Location::caller());
    }

    pub(crate) fn check_within_as(
        &self,
        name: Option<&str>,
        (status, latency): (Option<u16>, Vec<Held>),
        form: &Form,
        location: &'static Location<'static>,
    ) {
        let assertion = Assertion::Within(name.map(str::to_owned));
        let asked = Asked {
            form,
            url: &self.origin.masked_url,
        };
        let judged = self.within(name, (status, latency), &assertion, &asked);
        let held = judged.as_ref().map(|(within, _)| within);
        self.note_within(held.ok(), form, location);
        let (within, plans, problem) = match judged {
            Ok((within, plans)) => match within.judge() {
                Ok(None) => return,
                Ok(Some(violation)) => (Some(within), plans, Problem::Violation(violation)),
                Err(error) => (Some(within), plans, Problem::Unmeasured(error)),
            },
            Err(error) => (None, None, Problem::Unmeasured(error)),
        };
        self.origin.ledger.add(Finding {
            traffic: Arc::clone(&self.traffic),
            excuses: Arc::clone(&self.excuses),
            plans,
            allocated: self.cost.allocated,
            within: within.map(Arc::new),
            ..Finding::new(
                (assertion, form.clone(), location),
                problem,
                &self.origin.ledger.baseline,
            )
        });
    }

    /// Each limit with what was measured, and the plans if the worst is about them.
    fn within(
        &self,
        name: Option<&str>,
        (status, latency): (Option<u16>, Vec<Held>),
        assertion: &Assertion,
        asked: &Asked<'_>,
    ) -> Result<(Within, Option<Arc<Plans>>), SetupError> {
        let budgeted = &self.origin.ledger.budgeted;
        let written = assertion.written(asked.form);
        let name = name.or(budgeted.named.as_deref());
        let name = name.ok_or_else(|| no_name(&written))?;
        let told = file()?.file.display();
        let entry = entry(name)?;
        let place = format!("{told}:{}", entry.line);
        must_be_answered(entry, &place, status)?;
        let counts = self.counts();
        if counts.undecoded == 0 && counts.queries == 0 {
            return Err(nothing(&self.traffic, written, asked));
        }
        let sized = self.at_sizes_of(entry);
        let held = entry.limits.iter().map(|ruled| Held {
            of: Measured::Work(ruled.rule.metric()),
            most: ruled.rule.most(),
            actual: sized.measure(ruled.rule.metric()),
            estimate: None,
            place: ruled.source.line().map(|line| format!("{told}:{line}")),
        });
        let within = Within {
            entry: name.to_owned(),
            place,
            held: held.chain(latency).collect(),
        };
        budgeted.add(name);
        let plans = match within.over().first().map(|worst| worst.of) {
            Some(Measured::Work(Metric::FullScans)) => sized.plans().ok(),
            Some(Measured::Work(Metric::RowsExamined | Metric::Buffers)) => {
                sized.executed_plans().ok()
            }
            _ => None,
        };
        Ok((within, plans))
    }

    /// The same work, with tables as large as the entry says.
    fn at_sizes_of(&self, entry: &Entry) -> Recording<()> {
        let (rows, known) = if entry.rows.is_empty() {
            (self.rows.clone(), Arc::clone(&self.known))
        } else {
            (rows_of(entry), Arc::default())
        };
        Recording {
            output: (),
            traffic: Arc::clone(&self.traffic),
            excuses: Arc::clone(&self.excuses),
            rows,
            known,
            cost: self.cost.clone(),
            origin: Arc::clone(&self.origin),
        }
    }
}

fn no_name(written: &str) -> SetupError {
    SetupError::Budgets {
        cause: format!("`{written}` names no budget, and neither does the test"),
        cure: "name it: #[perf_test(budget = \"GET /api/users/\")], assert_within_budget!(db, \"GET /api/users/\", || work())"
            .to_owned(),
    }
}

/// What was refused costs less than what the budget is for.
fn must_be_answered(entry: &Entry, place: &str, status: Option<u16>) -> Result<(), SetupError> {
    let Some(status) = status.filter(|status| *status >= 400 && entry.is_endpoint()) else {
        return Ok(());
    };
    let name = &entry.name;
    let (cause, first) = match status {
        404 | 405 => (
            format!("the route of the budget \"{name}\" does not exist: the response is {status}"),
            format!("correct the route in {place}, or what the test asks for"),
        ),
        _ => (
            format!("the response is {status}, so the budget \"{name}\" was not tested"),
            format!("have the test ask for what the endpoint answers; the budget is in {place}"),
        ),
    };
    let cure =
        format!("{first}\nwhere {status} is meant, give it a budget of its own: [budgets.refused]");
    Err(SetupError::Budgets { cause, cure })
}
