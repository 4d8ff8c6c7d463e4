//! Advice with proof: what keeps a plan from being as wanted, and the index with which it is. It was made and tried.
//!
//! `expression`, `term` and `demand` read what a plan asks of a table; `generate` says which indexes to try; `workbench` tries
//! them, within a transaction that is rolled back; `unused` says why those that are there are not used.

mod candidate;
mod choice;
mod counsel;
mod demand;
mod expression;
mod facts;
mod generate;
mod goal;
mod hints;
mod migration;
mod special;
mod steps;
mod term;
mod unused;
mod workbench;

pub(crate) use counsel::advise;
pub(crate) use facts::{Advice, Existing, Goal, Hint, Outcome, Proposal, Side, WhyUnused};
