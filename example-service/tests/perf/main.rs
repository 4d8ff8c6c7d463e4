//! The service's perf tests: a file for each app, a test for each promise.

mod app;
mod articles;
mod budgets;
mod health;
mod seed;
mod users;
