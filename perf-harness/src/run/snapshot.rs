//! A recording as the text that a snapshot keeps. Whether it is the kept one is insta's to say.

use std::panic::Location;

use super::recording::Recording;
use crate::budget::{Assertion, Form};
use crate::record::Traffic;
use crate::report::plan_list;

/// What [`assert_query_snapshot!`](crate::assert_query_snapshot) takes: a [`Recording`], or what its
/// [`with_call_sites`](Recording::with_call_sites) and [`in_any_order`](Recording::in_any_order) give.
pub trait QuerySnapshot: sealed::Sealed {
    /// One line for each statement. `None` where nothing was measured: that is told when the test ends.
    #[doc(hidden)]
    fn snapshot(&self, name: String, location: &'static Location<'static>) -> Option<String>;
}

/// A recording whose snapshot has the functions that led to each query.
#[derive(Clone, Copy, Debug)]
#[must_use = "a recording proves nothing until it is asserted on"]
pub struct WithCallSites<'a, T>(&'a Recording<T>);

/// A recording whose snapshot has the queries in the order of their texts.
#[derive(Clone, Copy, Debug)]
#[must_use = "a recording proves nothing until it is asserted on"]
pub struct InAnyOrder<'a, T>(&'a Recording<T>);

impl<T> Recording<T> {
    /// For [`assert_query_snapshot!`](crate::assert_query_snapshot): behind each query stand the functions that led to it, the
    /// innermost first, as far as they are known: of sqlx, and so of sea-orm. No lines, so that an edit elsewhere in a file
    /// changes no snapshot.
    pub fn with_call_sites(&self) -> WithCallSites<'_, T> {
        WithCallSites(self)
    }

    /// For [`assert_query_snapshot!`](crate::assert_query_snapshot): the queries in the order of their texts, whatever the order
    /// in which they were sent. For tasks that run at once, of which a busy machine may run one after the other.
    pub fn in_any_order(&self) -> InAnyOrder<'_, T> {
        InAnyOrder(self)
    }

    /// For [`assert_plan_snapshot!`](crate::assert_plan_snapshot): how each shape of query is planned. `None` where nothing was
    /// measured: that is told when the test ends.
    pub(crate) fn plan_snapshot(
        &self,
        name: String,
        location: &'static Location<'static>,
    ) -> Option<String> {
        let form = Form::OfRecording(name);
        let is_measured = self.check_as(Assertion::PlanSnapshot, &form, location);
        let plans = self.plans().ok().filter(|_| is_measured)?;
        Some(plan_list(self.traffic(), &plans))
    }

    fn text(
        &self,
        name: String,
        location: &'static Location<'static>,
        list: impl FnOnce(&Traffic) -> Vec<String>,
    ) -> Option<String> {
        let is_measured = self.check_as(Assertion::Snapshot, &Form::OfRecording(name), location);
        is_measured.then(|| list(self.traffic()).join("\n"))
    }
}

impl<T> QuerySnapshot for Recording<T> {
    fn snapshot(&self, name: String, location: &'static Location<'static>) -> Option<String> {
        self.text(name, location, Traffic::query_list)
    }
}

impl<T> QuerySnapshot for WithCallSites<'_, T> {
    fn snapshot(&self, name: String, location: &'static Location<'static>) -> Option<String> {
        let Self(recording) = self;
        recording.text(name, location, Traffic::query_list_with_call_sites)
    }
}

impl<T> QuerySnapshot for InAnyOrder<'_, T> {
    fn snapshot(&self, name: String, location: &'static Location<'static>) -> Option<String> {
        let Self(recording) = self;
        recording.text(name, location, |traffic| {
            let mut list = traffic.query_list();
            list.sort();
            list
        })
    }
}

mod sealed {
    pub trait Sealed {}

    impl<T> Sealed for super::Recording<T> {}
    impl<T> Sealed for super::InAnyOrder<'_, T> {}
    impl<T> Sealed for super::WithCallSites<'_, T> {}
}
