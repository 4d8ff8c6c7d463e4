//! A limit as text: more of something than is allowed, and who did the most of it.

mod because;

use std::time::Duration;

pub(super) use self::because::because;
use super::Subject;
use super::failure::{fitted, headline, section};
use super::next::{edit_of, further};
use super::number::grouped;
use super::plans::work;
use super::time;
use crate::budget::{Assertion, Finding, Limit, Metric};
use crate::record::{Class, Counts, Repetition, Shape};

/// More than is allowed, of whatever it is.
pub(super) fn over_limit(
    subject: &Subject<'_>,
    finding: &Finding,
    allowed: u64,
    actual: u64,
) -> String {
    let Assertion::Limit(limit) = &finding.assertion else {
        return work(subject, finding, allowed, actual);
    };
    let mut lines = vec![
        headline(subject, finding, what(limit.metric())),
        String::new(),
        format!("  expected  {}", expected(limit)),
        format!("  actual    {}", told_actual(finding, limit, actual)),
        String::new(),
    ];
    let next = next(subject, finding, limit, actual);
    let (groups, asides) = because(subject, finding, limit);
    let mut because = fitted(groups, next.len() + asides.len());
    because.extend(asides);
    lines.extend(section("because", &because));
    lines.push(String::new());
    lines.extend(section("next", &next));
    lines.join("\n") + "\n"
}

fn what(metric: Metric) -> &'static str {
    match metric {
        Metric::Queries => "asks too many queries",
        Metric::RoundTrips | Metric::RoundTripsInAll => "makes too many round trips",
        Metric::Rows => "reads too many rows",
        Metric::Bytes => "moves too many bytes",
        Metric::RowsExamined => "looks at too many rows",
        Metric::Buffers => "touches too many blocks",
        Metric::FullScans => "reads all of a table too often",
        Metric::Connections => "uses too many connections at once",
        Metric::IdleInTransaction => "leaves a transaction waiting",
        Metric::Allocations => "allocates too often",
        Metric::AllocatedBytes => "allocates too much",
        Metric::ResponseBytes => "returns too much",
    }
}

fn expected(limit: &Limit) -> String {
    let most = amount(limit, limit.most());
    match limit.each() {
        Some((each, items)) => format!(
            "at most {most}: {} for each of {} returned",
            grouped(each),
            grouped(items)
        ),
        None => format!("at most {most}"),
    }
}

/// `3 round trips with work`
fn amount(limit: &Limit, number: u64) -> String {
    let is_one = number == 1;
    let plural = |one: &'static str, many: &'static str| if is_one { one } else { many };
    let unit = match limit.metric() {
        Metric::IdleInTransaction => return format!("{} idle in a transaction", in_time(number)),
        Metric::RoundTripsInAll => plural("round trip in all", "round trips in all"),
        Metric::RoundTrips => plural("round trip with work", "round trips with work"),
        Metric::Queries => plural("query", "queries"),
        Metric::Rows => plural("row", "rows"),
        Metric::RowsExamined => plural("row examined", "rows examined"),
        Metric::Bytes => plural("byte on the wire", "bytes on the wire"),
        Metric::Buffers => "blocks of 8 KiB touched",
        Metric::FullScans => plural(
            "query that reads all of a table",
            "queries that read all of a table",
        ),
        Metric::Connections => plural("connection in use at once", "connections in use at once"),
        Metric::Allocations => plural("allocation", "allocations"),
        Metric::AllocatedBytes => plural("byte allocated", "bytes allocated"),
        Metric::ResponseBytes => plural("byte of response", "bytes of response"),
    };
    format!("{} {unit}", grouped(number))
}

fn in_time(micros: u64) -> String {
    time::told(Duration::from_micros(micros))
}

fn told_actual(finding: &Finding, limit: &Limit, actual: u64) -> String {
    let more = actual - limit.most();
    let more = match limit.metric() {
        Metric::IdleInTransaction => format!("{} more than allowed", in_time(more)),
        _ => format!("{} more than allowed", grouped(more)),
    };
    let amount = amount(limit, actual);
    let returned = limit.each().map_or_else(String::new, |(_, items)| {
        format!(" for {} returned", grouped(items))
    });
    let counts = finding.traffic.counts();
    let beside = match limit.metric() {
        Metric::RoundTrips => round_trips_beside(counts, false),
        Metric::RoundTripsInAll => round_trips_beside(counts, true),
        Metric::Bytes => format!(
            "   ({} sent, {} received)",
            grouped(counts.bytes_sent),
            grouped(counts.bytes_received)
        ),
        _ => String::new(),
    };
    format!("{amount}{returned}, {more}{beside}")
}

/// What a limit on round trips does not count, if there was any; or all that it does.
fn round_trips_beside(counts: &Counts, in_all: bool) -> String {
    let others = counts
        .round_trips
        .saturating_sub(counts.work_round_trips + counts.pings);
    let plural = |count: usize, one: &str, many: &str| {
        format!("{count} {}", if count == 1 { one } else { many })
    };
    let parts = [
        (in_all, format!("{} with work", counts.work_round_trips)),
        (counts.pings > 0, plural(counts.pings, "ping", "pings")),
        (others > 0, format!("{others} to prepare and look up")),
        (
            counts.connects > 0,
            plural(counts.connects, "connect", "connects"),
        ),
    ];
    let parts = parts.into_iter().filter(|(is_told, _)| *is_told);
    let parts: Vec<String> = parts.map(|(_, part)| part).collect();
    match (parts.is_empty(), in_all) {
        (true, _) => String::new(),
        (false, true) => format!("   ({})", parts.join(", ")),
        (false, false) => format!("   (not counted: {})", parts.join(", ")),
    }
}

fn next(subject: &Subject<'_>, finding: &Finding, limit: &Limit, actual: u64) -> Vec<String> {
    let roomy = with_room(limit, actual, finding.traffic.counts());
    let with_room = if roomy > actual { ", with room" } else { "" };
    let allowing = limit.loosened(roomy).written(&finding.form);
    let mut lines = vec![
        edit(finding, limit),
        format!("or allow it{with_room}: {allowing}"),
    ];
    lines.extend(further(subject));
    lines
}

/// What to allow of what is not the same each time: with a pool, with a driver's buffers, on a busy machine.
fn with_room(limit: &Limit, actual: u64, counts: &Counts) -> u64 {
    match limit.metric() {
        Metric::RoundTripsInAll => actual.saturating_mul(2),
        Metric::Bytes => (actual / 1_000 + 5) * 1_000,
        Metric::IdleInTransaction => actual.div_ceil(1_000) * 10_000,
        Metric::Allocations if counts.queries > 0 => (actual / 100 + 1) * 110,
        Metric::AllocatedBytes if counts.queries > 0 => (actual / 10_000 + 2) * 11_000,
        _ => actual,
    }
}

/// The one edit that most likely helps.
pub(super) fn edit(finding: &Finding, limit: &Limit) -> String {
    let words = match limit.metric() {
        Metric::RoundTrips | Metric::RoundTripsInAll | Metric::Rows => {
            let groups = shares(finding, limit);
            return groups.first().map_or_else(String::new, |share| {
                let is_repeated = share.shape.repetition() != Repetition::Once;
                match (is_repeated && is_query(&share.shape), limit.metric()) {
                    (true, _) => edit_of(&share.shape),
                    (false, Metric::Rows) => {
                        "have the database choose, not the program: WHERE, LIMIT, an aggregate"
                            .to_owned()
                    }
                    _ => {
                        "ask for what belongs together in one statement: a join, or WITH".to_owned()
                    }
                }
            });
        }
        Metric::Bytes => "select only the columns and rows that are used",
        Metric::Connections => {
            let (_, holds) = finding.traffic.most_held();
            if holds.iter().any(because::is_waiting(&finding.traffic)) {
                "ask on the transaction's own connection what is asked beside it"
            } else {
                "ask one after the other, or fewer at once: buffer_unordered(n)"
            }
        }
        Metric::IdleInTransaction => {
            "do what takes time before the transaction begins or after it ends"
        }
        Metric::Allocations | Metric::AllocatedBytes => {
            "which code allocates, a profiler tells: dhat, heaptrack"
        }
        Metric::ResponseBytes => "page it, or leave out what the client does not use",
        Metric::FullScans => return full_scan_edit(finding),
        Metric::Queries | Metric::RowsExamined | Metric::Buffers => {
            unreachable!("that has a message of its own")
        }
    };
    words.to_owned()
}

/// The assertion that tries indexes.
fn full_scan_edit(finding: &Finding) -> String {
    let none = finding.form.written("assert_no_full_scan", None);
    format!("see which index would help: {none}")
}

fn is_query(shape: &Shape<'_>) -> bool {
    shape.queries()[0].class() == Class::Query
}

/// What statements of one shape from one place did of it.
struct Share<'t> {
    shape: Shape<'t>,
    amount: u64,
}

/// Who did the most of it first.
fn shares<'t>(finding: &'t Finding, limit: &Limit) -> Vec<Share<'t>> {
    let traffic = &finding.traffic;
    let is_sent = |class: Class| match limit.metric() {
        Metric::RoundTrips | Metric::RoundTripsInAll => class != Class::Driver,
        _ => class == Class::Query,
    };
    let sent = traffic.statements.iter().filter(|one| is_sent(one.class()));
    let by_place = traffic.by_place(sent.collect()).into_iter();
    let mut shares: Vec<Share<'t>> = by_place
        .map(|shape| Share {
            amount: match limit.metric() {
                Metric::RoundTrips | Metric::RoundTripsInAll => shape.count() as u64,
                _ => shape.queries().iter().map(|query| query.rows()).sum(),
            },
            shape,
        })
        .collect();
    shares.retain(|share| share.amount > 0);
    shares.sort_by_key(|share| std::cmp::Reverse(share.amount));
    shares
}
