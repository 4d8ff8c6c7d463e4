//! What stands in the attribute's brackets.

use proc_macro2::TokenStream;
use syn::parse::Parser as _;
use syn::punctuated::Punctuated;
use syn::{Error, LitInt, LitStr, Path, Result, Token};

use crate::assignment::{Assignment, Name};
use crate::duration::Time;
use crate::sizes::{DistinctValues, TableRows};

/// The options of a test, checked.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) template: Option<Path>,
    pub(crate) read_only: bool,
    pub(crate) plans: bool,
    pub(crate) rows: Vec<TableRows>,
    pub(crate) distinct: Vec<DistinctValues>,
    pub(crate) statistics: Option<LitStr>,
    /// In nanoseconds.
    pub(crate) rtt: Option<u64>,
    pub(crate) flavor: Flavor,
    pub(crate) worker_threads: Option<LitInt>,
    pub(crate) budget: Option<LitStr>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Flavor {
    #[default]
    CurrentThread,
    MultiThread,
}

impl Options {
    pub(crate) fn parse(tokens: TokenStream) -> Result<Self> {
        let assignments = Punctuated::<Assignment, Token![,]>::parse_terminated.parse2(tokens)?;
        let assignments: Vec<Assignment> = assignments.into_iter().collect();
        once_each(&assignments)?;
        let mut options = Self::default();
        for assignment in &assignments {
            options.set(assignment)?;
        }
        options.agree(&assignments)?;
        Ok(options)
    }

    fn set(&mut self, assignment: &Assignment) -> Result<()> {
        match assignment.name {
            Name::Template => self.template = Some(assignment.value()?),
            Name::ReadOnly => self.read_only = true,
            Name::Plans => self.plans = true,
            Name::Rows => {
                self.rows =
                    assignment.each(|one: &TableRows| (one.table.clone(), one.rows.span()))?;
            }
            Name::Distinct => {
                self.distinct = assignment.each(|one: &DistinctValues| {
                    (format!("{}.{}", one.table, one.column), one.values.span())
                })?;
            }
            Name::Statistics => self.statistics = Some(assignment.value()?),
            Name::Rtt => self.rtt = Some(rtt(assignment)?),
            Name::Flavor => self.flavor = flavor(&assignment.value()?)?,
            Name::WorkerThreads => self.worker_threads = Some(threads(assignment)?),
            Name::Budget => self.budget = Some(budget(assignment)?),
        }
        Ok(())
    }

    /// Options that only make sense together.
    fn agree(&self, assignments: &[Assignment]) -> Result<()> {
        let written = |name| assignments.iter().find(|it| it.name == name);
        if let Some(threads) = written(Name::WorkerThreads)
            && self.flavor == Flavor::CurrentThread
        {
            return Err(Error::new(
                threads.written.span(),
                "`worker_threads` needs `flavor = \"multi_thread\"`: the other flavor has one thread",
            ));
        }
        if let Some(distinct) = written(Name::Distinct)
            && self.rows.is_empty()
        {
            return Err(Error::new(
                distinct.written.span(),
                "`distinct` needs `rows(..)`: it says how many values a column has at that size",
            ));
        }
        if let Some(read_only) = written(Name::ReadOnly)
            && self.template.is_none()
        {
            return Err(Error::new(
                read_only.written.span(),
                "`read_only` needs `template = path::to::async_fn`: read-only tests share a copy of it",
            ));
        }
        Ok(())
    }
}

fn once_each(assignments: &[Assignment]) -> Result<()> {
    for (at, Assignment { name, written, .. }) in assignments.iter().enumerate() {
        if assignments[..at].iter().any(|before| before.name == *name) {
            let message = format!("`{written}` is set twice: remove one");
            return Err(Error::new(written.span(), message));
        }
    }
    Ok(())
}

fn flavor(text: &LitStr) -> Result<Flavor> {
    match text.value().as_str() {
        "current_thread" => Ok(Flavor::CurrentThread),
        "multi_thread" => Ok(Flavor::MultiThread),
        other => Err(Error::new(
            text.span(),
            format!(
                "no flavor is called \"{other}\": there are \"current_thread\" and \"multi_thread\""
            ),
        )),
    }
}

/// Whether there is such an entry is seen when the test runs.
fn budget(assignment: &Assignment) -> Result<LitStr> {
    let name: LitStr = assignment.value()?;
    if name.value().trim().is_empty() {
        return Err(assignment.refused());
    }
    Ok(name)
}

/// The simulated time of a round trip. How long it may be is said here and by the function that takes it.
fn rtt(assignment: &Assignment) -> Result<u64> {
    /// Ten seconds.
    const LONGEST: u64 = 10_000_000_000;
    let time = Time::of(&assignment.value()?)?;
    if time.nanoseconds > LONGEST {
        let message = "`rtt` is at most `10s`: no database is farther away";
        return Err(Error::new(time.span, message));
    }
    Ok(time.nanoseconds)
}

/// The number as it was written: a type error then points at it.
fn threads(assignment: &Assignment) -> Result<LitInt> {
    let number: LitInt = assignment.value()?;
    if !matches!(number.suffix(), "" | "usize") {
        return Err(assignment.refused());
    }
    match number.base10_parse::<usize>() {
        Ok(0) => Err(Error::new(
            number.span(),
            "`worker_threads` must be at least 1",
        )),
        Ok(_) => Ok(number),
        Err(_) => Err(assignment.refused()),
    }
}
