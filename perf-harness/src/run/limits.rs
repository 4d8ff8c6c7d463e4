//! What the work of a recording costs, thing by thing, and limits on it.

use std::panic::Location;
use std::sync::{Arc, OnceLock};

use perf_harness_allocator::Allocated;

use super::recording::{Facts, Recording, UNNAMED};
use super::response::ResponseSize;
use crate::budget::{
    Form, Limit, Metric, PlanRule, Violation, measured, must_be_read, must_be_whole,
};
use crate::error::SetupError;
use crate::plan::Plans;

/// What a piece of work cost besides what crossed the wire.
#[derive(Clone, Debug, Default)]
pub(super) struct Cost {
    /// None: the program's allocator does not count.
    pub(super) allocated: Option<Allocated>,
    /// The bytes of its output, once they were asked for where its type is known.
    response: OnceLock<u64>,
}

impl Cost {
    pub(super) fn of(allocated: Option<Allocated>) -> Self {
        Self {
            allocated,
            response: OnceLock::new(),
        }
    }
}

impl<T> Recording<T> {
    /// What the work cost of one thing: a count, bytes, or microseconds. An error says why that is not known.
    ///
    /// [`Metric::RowsExamined`], [`Metric::Buffers`] and [`Metric::FullScans`] ask for the plans of the queries, once. The
    /// [`Metric::ResponseBytes`] are known after [`response_bytes`](Recording::response_bytes).
    pub fn measure(&self, metric: Metric) -> Result<u64, SetupError> {
        let traffic = self.traffic();
        let plans = |rule: PlanRule| {
            must_be_read(metric, traffic)?;
            rule.measured(traffic, &*self.plans_for(&rule)?)
        };
        match metric {
            Metric::RowsExamined => plans(PlanRule::MaxRowsExamined(0)),
            Metric::Buffers => plans(PlanRule::MaxBuffers(0)),
            Metric::FullScans => plans(PlanRule::NoFullScan(None)),
            Metric::Allocations => Ok(self.allocated(metric)?.allocations),
            Metric::AllocatedBytes => Ok(self.allocated(metric)?.bytes),
            Metric::ResponseBytes => self.response(),
            _ => measured(metric, traffic),
        }
    }

    /// Holds it against a limit. What does not hold is told when the test ends.
    ///
    /// The macros [`assert_max_round_trips!`](crate::assert_max_round_trips), [`assert_max_rows!`](crate::assert_max_rows)
    /// and their fellows are lines over this function.
    #[track_caller]
    pub fn check_limit(&self, limit: Limit) {
        let form = Form::OfRecording(UNNAMED.to_owned());
        self.check_as(limit, &form, Location::caller());
    }

    pub(super) fn judge_limit(
        &self,
        limit: &Limit,
        facts: &mut Facts,
    ) -> Result<Option<Violation>, SetupError> {
        if limit.metric() == Metric::FullScans {
            return self.judge_full_scans(limit, facts);
        }
        Ok(limit.judge(self.measure(limit.metric())?))
    }

    /// More than enough is a violation whether or not all were asked about.
    fn judge_full_scans(
        &self,
        limit: &Limit,
        facts: &mut Facts,
    ) -> Result<Option<Violation>, SetupError> {
        let rule = PlanRule::NoFullScan(None);
        let plans = facts.plans.insert(self.plans_for(&rule)?);
        let violation = limit.judge(rule.times(plans));
        if violation.is_some() {
            return Ok(violation);
        }
        must_be_read(Metric::FullScans, self.traffic())?;
        Ok(limit.judge(rule.measured(self.traffic(), plans)?))
    }

    pub(super) fn plans_for(&self, rule: &PlanRule) -> Result<Arc<Plans>, SetupError> {
        if rule.needs_figures() {
            self.executed_plans()
        } else {
            self.plans()
        }
    }

    fn allocated(&self, metric: Metric) -> Result<Allocated, SetupError> {
        self.must_be_whole(metric)?;
        self.cost.allocated.ok_or_else(|| SetupError::Limit {
            cause: "the allocator of this program does not count, so what the work allocated is not known".to_owned(),
            cure: "add to the test program:\n\
                   #[global_allocator]\n\
                   static ALLOCATOR: perf_harness::CountingAllocator = perf_harness::CountingAllocator::system();"
                .to_owned(),
        })
    }

    fn response(&self) -> Result<u64, SetupError> {
        self.must_be_whole(Metric::ResponseBytes)?;
        match self.cost.response.get() {
            Some(0) => Err(SetupError::Limit {
                cause: "the response is empty, so its size was not tested".to_owned(),
                cure: "look at its status: an error often has no body".to_owned(),
            }),
            Some(bytes) => Ok(*bytes),
            None => Err(SetupError::Limit {
                cause: "the size of the response is not known".to_owned(),
                cure: "implement perf_harness::ResponseSize for what the work returns, and ask recording.response_bytes()".to_owned(),
            }),
        }
    }

    fn must_be_whole(&self, metric: Metric) -> Result<(), SetupError> {
        must_be_whole(metric, self.traffic().chosen.is_some())
    }
}

impl<T: ResponseSize> Recording<T> {
    /// The bytes of what the work returned, kept for [`measure`](Self::measure) and limits.
    pub fn response_bytes(&self) -> u64 {
        *self
            .cost
            .response
            .get_or_init(|| self.output().response_bytes())
    }
}
