//! Scripts of messages, real drivers' streams and noise, and what they must be counted as.

mod blocks;
mod connection;
mod copy;
mod extended;
mod fuzz;
mod long;
mod pipeline;
mod plans;
mod replay;
mod replication;
mod rows;
mod script;
mod simple;
mod standing;
mod work;
