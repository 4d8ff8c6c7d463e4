//! Scripts of messages, real drivers' streams and noise, and what they must be counted as.

mod connection;
mod copy;
mod extended;
mod fuzz;
mod long;
mod pipeline;
mod replay;
mod replication;
mod script;
mod simple;
