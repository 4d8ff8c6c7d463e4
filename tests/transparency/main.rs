//! What is between a program and its server changes nothing: clients that others wrote get the same results through the
//! recorder as directly, and it counts what the server counts.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::print_stdout, reason = "a skipped test says so")]

mod ask;
mod clients;
mod conversation;
mod portals;
mod server;
mod socket;
mod statistics;
mod workload;
