//! The performance-TDD cycle, told for a person: red, green, and what it brought. Three stories: how many queries a list costs,
//! how the planner will answer a search when there are a million articles, and what a dashboard costs that is read again.
#![expect(clippy::print_stdout, reason = "a demo talks to its user")]

#[expect(dead_code, reason = "the tests need more of it")]
#[path = "../../tests/perf/app.rs"]
mod app;
mod dashboard;
mod plans;
#[path = "../../tests/perf/seed.rs"]
mod seed;
mod users;

use std::process::ExitCode;

fn main() -> ExitCode {
    let told = users::tell()
        .and_then(|()| plans::tell())
        .and_then(|()| dashboard::tell());
    match told {
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
The endpoints:   example-service/src/users, articles and dashboard, naive.rs beside tuned.rs";

fn indented(text: &str) -> String {
    text.lines()
        .map(|line| format!("    {line}").trim_end().to_owned() + "\n")
        .collect()
}
