//! Who may ask, and how often: what REST framework's `APIView.initial` does before a view sees its request, in the
//! same order. Authentication, then permission, then the throttle; so a request that is refused costs no more than it must.

mod authentication;
pub mod entity;
mod gate;
mod throttling;

pub(crate) use authentication::{SignedIn, Tokens, User};
pub(crate) use gate::{Gate, Permission, guard};
pub(crate) use throttling::Throttles;
