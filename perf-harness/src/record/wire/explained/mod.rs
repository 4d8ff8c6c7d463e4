//! Plans that really ran, as `auto_explain` tells them on the program's own connection: switched on, taken out. No IO.
//!
//! Only where a test asks for plans. Everywhere else each byte goes on as it came.

mod filter;
mod switch;

pub(super) use filter::{Filter, Piece};
pub(super) use switch::Switch;

#[cfg(test)]
mod tests;
