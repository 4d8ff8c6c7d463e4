//! The performance-TDD cycle, told for a person: red, green, and what it brought. Two stories: how many queries a list costs,
//! and how the planner will answer a search when there are a million articles.
#![expect(clippy::print_stdout, reason = "a demo talks to its user")]

#[expect(dead_code, reason = "the tests need more of it")]
#[path = "../../tests/perf/app.rs"]
mod app;
mod plans;
#[expect(dead_code, reason = "the tests need more of it")]
#[path = "../../tests/perf/seed.rs"]
mod seed;
mod users;

use std::process::ExitCode;

fn main() -> ExitCode {
    match users::tell().and_then(|()| plans::tell()) {
        Ok(()) => {
            println!("{OUTLOOK}");
            ExitCode::SUCCESS
        }
        Err(surprise) => {
            println!("The story did not go as expected: {surprise}");
            ExitCode::FAILURE
        }
    }
}

const OUTLOOK: &str = "\
Run it yourself: cargo test -p example-service --test perf
The endpoints:   example-service/src/users and articles, naive.rs beside what it became";

fn indented(text: &str) -> String {
    text.lines()
        .map(|line| format!("    {line}").trim_end().to_owned() + "\n")
        .collect()
}
