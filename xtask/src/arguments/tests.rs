//! How the command line is read, and what is told of a mistake.

use super::*;

fn read_line(line: &str) -> Result<Command, String> {
    let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
    read(&words).map_err(|mistake| mistake.to_string())
}

#[test]
fn each_command_is_read() {
    let check = |line, expected| assert_eq!(read_line(line), Ok(expected), "{line}");
    check("tidy", Command::Tidy);
    check("ci", Command::Ci);
    check("ci --list", Command::CiList);
    check("ci --tested", Command::CiTested);
    check("demo", Command::Demo);
    check("help", Command::Help);
    check("--help", Command::Help);
    check("-h", Command::Help);
    check("ci --help", Command::Help);
    check("ci --help --list", Command::Help);
    check("postgres status", Command::Postgres(&["status"]));
    check("postgres stop", Command::Postgres(&["stop"]));
    check(
        "postgres clean --force",
        Command::Postgres(&["clean", "--force"]),
    );
    check("baseline list", Command::Baseline);
    check(
        "baseline add --issue https://x/1 a::test",
        Command::Baseline,
    );
    check("load --quick --only rust-tuned", Command::Load);
    check("indexes", Command::Indexes);
    check("indexes --check --json here", Command::Indexes);
    check("budgets --tighten --margin 10%", Command::Budgets);
    check("history show a::test", Command::History);
    check("postgres --help", Command::Help);
    check("postgres stop --help", Command::Help);
}

#[test]
fn a_mistake_is_named_with_what_is_known_and_what_was_probably_meant() {
    let check = |line: &str, expected: &str| {
        assert_eq!(read_line(line), Err(expected.to_owned()), "{line}");
    };
    check(
        "",
        "no command given\n  known: tidy, ci, demo, bench-compare, bench-trials, bench-provision, bench-recorder, flake-check, load, postgres, baseline, indexes, budgets, history, help",
    );
    check(
        "tdy",
        "unknown command `tdy`; did you mean `tidy`?\n  known: tidy, ci, demo, bench-compare, bench-trials, bench-provision, bench-recorder, flake-check, load, postgres, baseline, indexes, budgets, history, help",
    );
    check(
        "benchmarks",
        "unknown command `benchmarks`\n  known: tidy, ci, demo, bench-compare, bench-trials, bench-provision, bench-recorder, flake-check, load, postgres, baseline, indexes, budgets, history, help",
    );
    check(
        "ci --lst",
        "`cargo xtask ci` does not know `--lst`; did you mean `--list`?\n  known: --list, --tested, --help",
    );
    check(
        "postgres",
        "`cargo xtask postgres` needs a word more\n  known: status, stop, clean",
    );
    check(
        "postgres stat",
        "`cargo xtask postgres` does not know `stat`; did you mean `status`?\n  known: status, stop, clean",
    );
    check(
        "baseline lst",
        "`cargo xtask baseline` does not know `lst`; did you mean `list`?\n  known: add, list, prune, check",
    );
    check(
        "postgres stop --forc",
        "`cargo xtask postgres stop` does not know `--forc`; did you mean `--force`?\n  known: --force, --help",
    );
    check(
        "tidy --fix",
        "`cargo xtask tidy` does not know `--fix`\n  known: --help",
    );
}

#[test]
fn the_help_page_names_every_command_and_flag() {
    let expected = "\
Usage: cargo xtask <command> [flags]

  tidy             check the rules of style that a machine can check
  ci               run exactly what CI runs, up to the first failure
    --list         print the steps and run none
    --tested       leave out `cargo test --workspace`, which was run just before
  demo             run the example service's demonstration
  bench-compare    tell which of two versions is faster, by how much, and how surely; --help
  bench-trials     try how often that is wrong, and how often it finds what is there; --help
  bench-provision  time what a fresh database costs, ours against others'
    --quick        one round instead of five
  bench-recorder   time what the recorder costs, against a direct connection and pgbouncer
    --quick        whether it works: few rounds, unoptimised
  flake-check      count how often a verdict on latency is wrong, quiet and under load
    --quick        whether it works: few runs, unoptimised
  load             put the example and its Django original under load; --quick, --only, --users, --seconds
  postgres status  tell which servers of the harness run and what it keeps
  postgres stop    stop the servers that nobody uses
    --force        stop those in use too
  postgres clean   the same, and remove what is left of them and all that is kept
    --force        stop those in use too
  baseline add     write down what failed in the last run as known
  baseline list    tell what is known to be wrong and what became of it
  baseline prune   take away what the last run did not need
  baseline check   fail if anything known is stale or has expired
  indexes          tell which indexes no test uses, which are redundant, and which are missing
  budgets          tell what each budget allows beside what the last run cost; --tighten, --check
  history          tell what tests cost, run after run
  help             print this page
";
    assert_eq!(help(), expected);
}
