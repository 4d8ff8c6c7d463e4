//! `perf-harness budgets`: each limit of the file of budgets beside what the last run of the tests came to.

mod markdown;
mod text;
mod value;
mod words;

use std::process::ExitCode;

use perf_harness::__private::budgets::schema;
use perf_harness::__private::slack::{self, Margin, Table};
use perf_harness::SetupError;

use self::words::{Act, Form, Wish, read};

/// What the words after `budgets` may be.
pub(crate) const USAGE: &str = words::USAGE;

/// Does what the words after `budgets` say. A mistake among them is the error's text.
pub(crate) fn run(words: &[&str]) -> Result<Result<ExitCode, SetupError>, String> {
    let wish = read(words)?;
    Ok(match wish.act {
        Act::Tell => tell(&wish),
        Act::Tighten => tighten(&wish),
        Act::Schema => Ok(printed(&schema::text())),
        Act::Help => Ok(printed(USAGE)),
    })
}

fn printed(text: &str) -> ExitCode {
    print!("{text}");
    ExitCode::SUCCESS
}

fn tell(wish: &Wish) -> Result<ExitCode, SetupError> {
    let table = slack::table(&wish.from)?;
    print!("{}", told(&table, wish));
    Ok(code(&table, wish))
}

fn tighten(wish: &Wish) -> Result<ExitCode, SetupError> {
    let margin = wish.margin.map_or_else(Margin::default, Margin::percent);
    let (table, changes) = slack::tighten(&wish.from, margin)?;
    print!(
        "{}",
        match wish.form {
            Form::Json => text::json_of_changes(&table, &changes),
            Form::Text | Form::Markdown => text::changes(&table, &changes),
        }
    );
    Ok(code(&table, wish))
}

fn told(table: &Table, wish: &Wish) -> String {
    match wish.form {
        Form::Text => text::text(table),
        Form::Markdown => markdown::markdown(table),
        Form::Json => text::json(table),
    }
}

/// 1, if that is asked for and something has to be done.
fn code(table: &Table, wish: &Wish) -> ExitCode {
    if wish.check && table.is_red() {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}
