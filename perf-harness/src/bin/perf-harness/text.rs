//! What the commands print. Pure: facts in, text out.

use std::fmt::Write as _;

use perf_harness::__private::running::{Ended, Facts, Kept, Outcome, Overview, Status};

/// All servers, then what is kept.
pub(crate) fn overview(overview: &Overview) -> String {
    let mut text = String::new();
    for server in &overview.servers {
        text += &status(server);
    }
    if overview.servers.is_empty() {
        text += "no server of the harness runs\n";
    }
    if !overview.kept.is_empty() {
        text += "\nkept for the next\n";
        for kept in &overview.kept {
            text += &line(&bytes(kept.bytes), &kept.path.display().to_string());
        }
    }
    text
}

/// What became of each server.
pub(crate) fn ended(servers: &[Ended], force: bool) -> String {
    let mut text: String = servers.iter().map(outcome).collect();
    let in_use = servers
        .iter()
        .any(|server| matches!(server.outcome, Outcome::InUse(_)));
    if servers.is_empty() {
        text += "no server of the harness runs\n";
    } else if in_use && !force {
        text += "next: end what uses it, or stop it all the same with --force\n";
    }
    text
}

fn outcome(server: &Ended) -> String {
    let place = &server.place;
    match &server.outcome {
        Outcome::Stopped => format!("stopped {place}\n"),
        Outcome::InUse(by) => format!("still in use: {place}\n  {by}\n"),
        Outcome::Failed(cause) => format!("could not be stopped: {place}\n  {cause}\n"),
        other => format!("{place}: {other:?}\n"),
    }
}

/// What was removed.
pub(crate) fn removed(kept: &[Kept]) -> String {
    let told = kept.iter().map(|kept| {
        let path = kept.path.display();
        format!("removed {path} ({})\n", bytes(kept.bytes))
    });
    told.collect()
}

fn status(server: &Status) -> String {
    match &server.answer {
        Ok(facts) => {
            let title = format!("PostgreSQL {}, {}\n", facts.version, server.origin);
            title + &line("where", &server.place) + &lines(facts)
        }
        Err(cause) => {
            let title = format!("a server that does not answer, {}\n", server.origin);
            title + &line("where", &server.place) + &line("it said", cause)
        }
    }
}

fn lines(facts: &Facts) -> String {
    let mut text = line("since", &duration(facts.up_s));
    text += &line("size", &bytes(facts.bytes.unsigned_abs()));
    text += &line("used by", &counted(facts.users, "process", "processes"));
    text += &line("idle", &idle(facts.idle_s));
    for template in &facts.templates {
        let from = template.made_from.as_deref().unwrap_or("");
        let from = from.trim_start_matches("perf-harness template: ");
        let told = format!(
            "{}  {}  {from}",
            template.name,
            bytes(template.bytes.unsigned_abs())
        );
        text += &line("template", told.trim_end());
    }
    let tests = i64::try_from(facts.tests).unwrap_or(i64::MAX);
    text += &line("for tests", &counted(tests, "database", "databases"));
    for url in &facts.kept {
        text += &line("failed", &format!("psql '{url}'"));
    }
    text
}

fn line(name: &str, value: &str) -> String {
    let mut text = String::new();
    writeln!(text, "  {name:<10} {value}").expect("a String takes every write");
    text
}

fn idle(idle_s: Option<(i64, i64)>) -> String {
    match idle_s {
        Some((idle, enough)) => {
            format!("{}; it stops after {}", duration(idle), duration(enough))
        }
        None => "not watched, until it is used again".to_owned(),
    }
}

fn counted(number: i64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// The two largest units that say something.
fn duration(seconds: i64) -> String {
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
    match seconds {
        ..60 => format!("{seconds} s"),
        60..3_600 => format!("{minutes} min"),
        3_600..86_400 => format!("{hours} h {} min", minutes % 60),
        _ => format!("{days} d {} h", hours % 24),
    }
}

fn bytes(bytes: u64) -> String {
    match bytes {
        ..1_024 => format!("{bytes} B"),
        1_024..1_048_576 => format!("{} kB", bytes / 1_024),
        _ => format!("{} MB", bytes / 1_048_576),
    }
}

#[cfg(test)]
mod tests {
    use perf_harness::__private::running::Template;

    use super::*;

    fn facts() -> Facts {
        Facts {
            version: "17.2".to_owned(),
            up_s: 754,
            bytes: 52 << 20,
            users: 1,
            idle_s: Some((0, 300)),
            templates: vec![Template {
                name: "ph_0_template_1_2".to_owned(),
                made_from: Some("perf-harness template: shop::seed::orders".to_owned()),
                bytes: 8 << 20,
            }],
            tests: 3,
            kept: vec!["postgres://me:secret@%2Fsrv%2Fpg:5432/ph_0_failed_1".to_owned()],
        }
    }

    #[test]
    fn each_server_is_told_with_what_it_holds() {
        let told = overview(&Overview {
            servers: vec![
                Status {
                    place: "/srv/pg".to_owned(),
                    origin: "binaries in /opt/pg/bin".to_owned(),
                    answer: Ok(facts()),
                },
                Status {
                    place: "127.0.0.1:40000".to_owned(),
                    origin: "container 0123456789ab of postgres:17".to_owned(),
                    answer: Err("the database system is starting up".to_owned()),
                },
            ],
            kept: vec![Kept {
                path: "/srv/cache/prepared".into(),
                bytes: 27 << 20,
            }],
        });
        let expected = "\
PostgreSQL 17.2, binaries in /opt/pg/bin
  where      /srv/pg
  since      12 min
  size       52 MB
  used by    1 process
  idle       0 s; it stops after 5 min
  template   ph_0_template_1_2  8 MB  shop::seed::orders
  for tests  3 databases
  failed     psql 'postgres://me:secret@%2Fsrv%2Fpg:5432/ph_0_failed_1'
a server that does not answer, container 0123456789ab of postgres:17
  where      127.0.0.1:40000
  it said    the database system is starting up

kept for the next
  27 MB      /srv/cache/prepared
";
        assert_eq!(told, expected);
    }

    #[test]
    fn nothing_is_said_to_be_nothing() {
        let nothing = Overview {
            servers: Vec::new(),
            kept: Vec::new(),
        };
        assert_eq!(overview(&nothing), "no server of the harness runs\n");
        assert_eq!(ended(&[], false), "no server of the harness runs\n");
    }

    #[test]
    fn a_server_in_use_is_told_with_the_next_step() {
        let server = |outcome| Ended {
            place: "/srv/pg".to_owned(),
            outcome,
        };
        let in_use = server(Outcome::InUse("connections: psql (1)".to_owned()));
        let told = ended(&[server(Outcome::Stopped), in_use], false);
        let expected = "\
stopped /srv/pg
still in use: /srv/pg
  connections: psql (1)
next: end what uses it, or stop it all the same with --force
";
        assert_eq!(told, expected);
    }

    #[test]
    fn times_are_told_in_the_largest_units() {
        let check = |seconds, expected: &str| assert_eq!(duration(seconds), expected);
        check(59, "59 s");
        check(754, "12 min");
        check(7_260, "2 h 1 min");
        check(90_000, "1 d 1 h");
    }
}
