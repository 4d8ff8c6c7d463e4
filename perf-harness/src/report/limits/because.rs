//! Who did the most of what there is too much of.

use super::super::Subject;
use super::super::failure::noun;
use super::super::number::grouped;
use super::super::path::came_from;
use super::super::plans::full_scans;
use super::super::sql_line::one_line;
use super::super::time::told as in_time;
use super::super::values::values_line;
use super::{Share, shares};
use crate::budget::{Finding, Limit, Metric};
use crate::record::{Hold, Query, Shape, Traffic};

/// Groups, the biggest first, and what is said after them.
pub(in crate::report) fn because(
    subject: &Subject<'_>,
    finding: &Finding,
    limit: &Limit,
) -> (Vec<Vec<String>>, Vec<String>) {
    let traffic = &*finding.traffic;
    match limit.metric() {
        Metric::Connections => (connections(subject, traffic), Vec::new()),
        Metric::IdleInTransaction => (waits(subject, traffic), Vec::new()),
        Metric::FullScans => (full_scans(subject, finding), Vec::new()),
        Metric::Allocations | Metric::AllocatedBytes => (Vec::new(), allocated(finding)),
        Metric::ResponseBytes => (Vec::new(), response(finding)),
        Metric::Bytes => (groups(subject, finding, limit), bytes(finding)),
        _ => (groups(subject, finding, limit), unsampled(traffic)),
    }
}

fn groups(subject: &Subject<'_>, finding: &Finding, limit: &Limit) -> Vec<Vec<String>> {
    let shares = shares(finding, limit);
    let told = shares
        .iter()
        .map(|share| group(subject, limit.metric(), share));
    told.collect()
}

fn group(subject: &Subject<'_>, metric: Metric, share: &Share<'_>) -> Vec<String> {
    let count = share.shape.count();
    let amount = grouped(share.amount);
    let first = match (metric, count) {
        (Metric::RoundTrips | Metric::RoundTripsInAll, 1) => "once".to_owned(),
        (Metric::RoundTrips | Metric::RoundTripsInAll, _) => format!("{amount} times"),
        _ => {
            let rows = if share.amount == 1 { "row" } else { "rows" };
            let queries = grouped(count as u64);
            format!("{amount} {rows}, by {queries} {}", noun(count))
        }
    };
    let mut lines = vec![first];
    lines.extend(told(subject, &share.shape));
    lines
}

/// Where it came from, its text and its values.
fn told(subject: &Subject<'_>, shape: &Shape<'_>) -> Vec<String> {
    let mut lines = came_from(shape, "", &[]);
    lines.push(format!("  {}", one_line(shape.fingerprint())));
    lines.extend(values_line(shape, subject.values).map(|line| format!("  {line}")));
    lines
}

fn unsampled(traffic: &Traffic) -> Vec<String> {
    match traffic.counts().unsampled {
        0 => Vec::new(),
        more => vec![format!(
            "{more} more are counted, but their text was not kept"
        )],
    }
}

fn bytes(finding: &Finding) -> Vec<String> {
    let counts = finding.traffic.counts();
    let mut lines = unsampled(&finding.traffic);
    let told = (counts.connects > 0).then(|| match counts.connects {
        1 => "1 connection was opened meanwhile: that counts, too".to_owned(),
        connects => format!("{connects} connections were opened meanwhile: that counts, too"),
    });
    lines.extend(told);
    lines
}

/// What each connection was in use for.
fn connections(subject: &Subject<'_>, traffic: &Traffic) -> Vec<Vec<String>> {
    let (at, holds) = traffic.most_held();
    let told = holds.iter().map(|hold| {
        let latest = hold.latest(at);
        let how = if runs(latest, at) {
            "runs"
        } else {
            "waits in a transaction, after"
        };
        let mut lines = vec![format!("connection {} {how}", hold.connection())];
        let shapes = traffic.by_place(vec![latest]);
        lines.extend(told(subject, &shapes[0]));
        lines
    });
    told.collect()
}

/// After which statements transactions waited longest for the program.
fn waits(subject: &Subject<'_>, traffic: &Traffic) -> Vec<Vec<String>> {
    const MOST: usize = 3;
    let waits = traffic.waits().into_iter().take(MOST);
    let told = waits.map(|(wait, query)| {
        let connection = query.connection();
        let mut lines = vec![format!(
            "{}, on connection {connection}, after",
            in_time(wait)
        )];
        let shapes = traffic.by_place(vec![query]);
        lines.extend(told(subject, &shapes[0]));
        lines
    });
    told.collect()
}

fn runs(query: &Query, at: std::time::Duration) -> bool {
    query
        .elapsed()
        .is_none_or(|elapsed| at < query.started + elapsed || elapsed.is_zero())
}

/// Was a connection held by a transaction that ran nothing at that moment?
pub(super) fn is_waiting<'t>(traffic: &'t Traffic) -> impl Fn(&Hold<'t>) -> bool {
    let (at, _) = traffic.most_held();
    move |hold| hold.is_transaction() && !runs(hold.latest(at), at)
}

fn allocated(finding: &Finding) -> Vec<String> {
    let Some(allocated) = finding.allocated else {
        return Vec::new();
    };
    let mut lines = vec![format!(
        "{} allocations of {} bytes, {} bytes each on average",
        grouped(allocated.allocations),
        grouped(allocated.bytes),
        grouped(allocated.bytes / allocated.allocations.max(1))
    )];
    if finding.traffic.counts().queries > 0 {
        lines.push(format!("meanwhile it read {}", read(&finding.traffic)));
    }
    lines
}

fn response(finding: &Finding) -> Vec<String> {
    vec![format!("it was made of {}", read(&finding.traffic))]
}

/// `300 rows, by 1 query`
fn read(traffic: &Traffic) -> String {
    let counts = traffic.counts();
    let rows = if counts.rows == 1 { "row" } else { "rows" };
    let queries = grouped(counts.queries as u64);
    format!(
        "{} {rows}, by {queries} {}",
        grouped(counts.rows),
        noun(counts.queries)
    )
}
