//! Scripts of messages, real drivers' streams and noise, and what they must be counted as.

mod blocks;
mod connection;
mod copy;
mod extended;
mod fuzz;
mod pipeline;
mod replay;
mod rows;
mod script;
mod simple;
