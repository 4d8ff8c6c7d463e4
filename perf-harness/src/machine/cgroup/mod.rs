//! What a quota of processor time, as containers have one, let this process do.
//!
//! A quota can be set on the process's own group or on any above it. Groups that a container hides are not seen.

mod group;
mod place;

pub(super) use group::Groups;
pub(crate) use group::Throttled;
