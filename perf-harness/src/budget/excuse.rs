//! Defects that someone has said why they may stay.

use std::cell::Cell;
use std::sync::Arc;

use super::defect::Found;
use crate::error::SetupError;
use crate::record::{CallPath, Frame, Shape};

/// A defect that may stay, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Excuse {
    /// A part of its query's shape, or a function on the way to it.
    pub(crate) part: Arc<str>,
    pub(crate) reason: Arc<str>,
}

impl Excuse {
    fn is_for(&self, shape: &Shape<'_>) -> bool {
        let functions = shape.path().into_iter().flat_map(CallPath::frames);
        let mut functions = functions.filter_map(Frame::function);
        shape.fingerprint().contains(&*self.part) || functions.any(|name| name == &*self.part)
    }
}

/// The excuses of one assertion, and which of them were needed.
pub(crate) struct Excuses<'a> {
    all: Vec<(&'a Excuse, Cell<bool>)>,
}

impl<'a> Excuses<'a> {
    pub(crate) fn of(all: &'a [Excuse]) -> Self {
        Self {
            all: all
                .iter()
                .map(|excuse| (excuse, Cell::new(false)))
                .collect(),
        }
    }

    /// What is left of the defects of one kind.
    pub(crate) fn apply<'f>(&self, mut found: Found<'f>) -> Found<'f> {
        found.retain(|shape| {
            let excuse = self.all.iter().find(|(excuse, _)| excuse.is_for(shape));
            excuse.inspect(|(_, used)| used.set(true)).is_none()
        });
        found
    }

    /// An excuse that nothing needed is a mistake: what it was for is gone, or is called otherwise.
    pub(crate) fn must_be_used(&self) -> Result<(), SetupError> {
        let unused = self.all.iter().find(|(_, used)| !used.get());
        unused.map_or(Ok(()), |(excuse, _)| {
            Err(SetupError::ExcuseUnused {
                part: excuse.part.to_string(),
                reason: excuse.reason.to_string(),
            })
        })
    }
}
