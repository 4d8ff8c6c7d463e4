//! Virtual users of the example service, told what to do by `cargo xtask load`: it starts the service, this asks it.
//!
//! `arguments` is the command line, `visitor` what a user asks for, `recorder` what was seen of the answers, `told` the lines on
//! stdout. `users` runs many users by goose, `alone` one client without it.

mod alone;
mod arguments;
mod recorder;
mod told;
mod users;
mod visitor;

use std::process::ExitCode;

use arguments::{Arguments, Mode};

#[tokio::main]
async fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match run(&words).await {
        Ok(lines) => {
            print!("{lines}");
            ExitCode::SUCCESS
        }
        Err(reason) => {
            eprintln!("example-load: {reason}");
            ExitCode::FAILURE
        }
    }
}

async fn run(words: &[String]) -> Result<String, String> {
    let arguments = Arguments::read(words)?;
    match arguments.mode {
        Mode::Users(crowd) => users::run(&arguments.service, &crowd).await,
        Mode::Alone(series) => alone::run(&arguments.service, &series).await,
    }
}
