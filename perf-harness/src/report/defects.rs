//! Defects as text: what is wrong however few queries it costs.

use std::collections::BTreeSet;

use super::Subject;
use super::failure::{fitted, headline, noun, section};
use super::known::{known_line, renewal};
use super::next::{edit_of, excuse, further};
use super::parent::parent_line;
use super::path::came_from;
use super::sql_line::one_line;
use super::values::values_line;
use crate::budget::{Defect, Finding, Found, Key, KnownKind, Queries};
use crate::record::Shape;

/// The words for one kind of defect.
struct Told {
    headline: &'static str,
    expected: &'static str,
    /// One of them, and several.
    names: (&'static str, &'static str),
}

impl Told {
    fn of(defect: Defect) -> Self {
        let (headline, expected, names) = match defect {
            Defect::NPlusOne => ("asks for each value apart", "no N+1", ("N+1", "N+1s")),
            Defect::Duplicate => (
                "asks the same again",
                "no duplicate",
                ("duplicate", "duplicates"),
            ),
            Defect::ChangingList => (
                "sends lists of changing width",
                "one statement for lists of any width",
                ("list", "lists"),
            ),
            Defect::Literal => (
                "writes values into its SQL",
                "values as parameters",
                (
                    "query with values in its text",
                    "queries with values in their text",
                ),
            ),
            Defect::UntransactedWrites => (
                "writes without a transaction",
                "several writes in one transaction",
                ("write", "writes"),
            ),
            Defect::OpenTransaction => (
                "leaves a transaction open",
                "every transaction ended",
                ("transaction", "transactions"),
            ),
        };
        Self {
            headline,
            expected,
            names,
        }
    }

    fn name(&self, count: usize) -> &'static str {
        if count == 1 {
            self.names.0
        } else {
            self.names.1
        }
    }
}

/// All of one kind, the biggest first.
pub(super) fn defects(subject: &Subject<'_>, finding: &Finding, defect: Defect) -> String {
    let told = Told::of(defect);
    let found = finding.found(defect);
    let mut lines = vec![
        headline(subject, finding, told.headline),
        String::new(),
        format!("  expected  {}", told.expected),
        format!("  actual    {}", actual(&told, defect, finding, &found)),
        String::new(),
    ];
    let next = next(subject, finding, defect, &found);
    let groups = found
        .shapes
        .iter()
        .map(|shape| group(subject, finding, &found, shape));
    lines.extend(section("because", &fitted(groups.collect(), next.len())));
    lines.push(String::new());
    lines.extend(section("next", &next));
    lines.join("\n") + "\n"
}

fn actual(told: &Told, defect: Defect, finding: &Finding, found: &Found<'_>) -> String {
    let queries: usize = found.shapes.iter().map(Shape::count).sum();
    match defect {
        Defect::UntransactedWrites => {
            format!(
                "{queries} {}, each a transaction of its own",
                told.name(queries)
            )
        }
        Defect::OpenTransaction => {
            format!("{} {} not ended", found.count, told.name(found.count))
        }
        _ => {
            let all = finding.traffic.counts().queries;
            format!(
                "{} {}, {queries} of {all} {}",
                found.count,
                told.name(found.count),
                noun(all)
            )
        }
    }
}

/// One shape, from one place: how often, from where, what, and with which values.
fn group(
    subject: &Subject<'_>,
    finding: &Finding,
    found: &Found<'_>,
    shape: &Shape<'_>,
) -> Vec<String> {
    let defect = found.defect;
    let mut lines = vec![first_line(defect, shape)];
    if shape.path().is_none() && defect != Defect::ChangingList {
        lines.push(format!("  from where is not known: {}", unknown(shape)));
    }
    lines.extend(came_from(shape, "", &found.shapes));
    lines.push(format!("  {}", one_line(shape.fingerprint())));
    if matches!(defect, Defect::NPlusOne | Defect::Duplicate) {
        lines.extend(values_line(shape, subject.values).map(|line| format!("  {line}")));
    }
    if defect == Defect::NPlusOne {
        lines.extend(parent_line(&finding.traffic, shape).map(|line| format!("  {line}")));
    }
    let key = Key::of(KnownKind::Defect(defect), shape);
    lines.extend(known_line(finding, &key).map(|line| format!("  {line}")));
    lines
}

fn first_line(defect: Defect, shape: &Shape<'_>) -> String {
    let times = times(shape);
    match defect {
        Defect::NPlusOne | Defect::Duplicate => format!("{times}{}", at_once(shape)),
        Defect::ChangingList => {
            let texts: BTreeSet<&str> = shape.queries().iter().map(|query| query.sql()).collect();
            format!("{times}, as {} different statements", texts.len())
        }
        Defect::Literal => format!("{times}, {} different texts", shape.distinct_values()),
        Defect::UntransactedWrites => times,
        Defect::OpenTransaction => "the last query in it".to_owned(),
    }
}

fn times(shape: &Shape<'_>) -> String {
    match shape.count() {
        1 => "once".to_owned(),
        count => format!("{count} times"),
    }
}

/// How many ran at the same time, if more than one did.
pub(super) fn at_once(shape: &Shape<'_>) -> String {
    match shape.at_once() {
        0 | 1 => String::new(),
        most => format!(
            ", up to {most} at once over {} connections",
            shape.connections()
        ),
    }
}

fn unknown(shape: &Shape<'_>) -> &'static str {
    if shape.is_told() {
        "its stack names no line of this workspace (debug = \"line-tables-only\" in the profile?)"
    } else {
        "its driver told of none on the test's own threads"
    }
}

fn next(
    subject: &Subject<'_>,
    finding: &Finding,
    defect: Defect,
    found: &Found<'_>,
) -> Vec<String> {
    let first = found.shapes.first();
    let mut lines: Vec<String> = match defect {
        Defect::NPlusOne | Defect::Duplicate => first.map(edit_of).into_iter().collect(),
        Defect::ChangingList => vec![
            "send an array: WHERE id = ANY($1)  (sqlx: .bind(&ids[..]), sea-orm: eq_any)".to_owned(),
        ],
        Defect::Literal => {
            vec!["bind them: WHERE id = $1  (sqlx: .bind(id), sea-orm: from_sql_and_values)".to_owned()]
        }
        Defect::UntransactedWrites => vec![
            "let mut tx = pool.begin().await?; .. &mut *tx .. tx.commit().await?  (sea-orm: db.transaction)"
                .to_owned(),
        ],
        Defect::OpenTransaction => {
            vec!["tx.commit().await? or tx.rollback().await?, on every way out".to_owned()]
        }
    };
    if matches!(defect, Defect::NPlusOne | Defect::Duplicate) {
        let now = Queries::at_most(finding.traffic.counts().queries);
        let hold = now.written(&finding.form);
        lines.push(format!("or only hold it at what it is: {hold}"));
    }
    lines.extend(first.and_then(|shape| excuse(&finding.form, shape)));
    lines.extend(renewal(subject, finding));
    lines.extend(further(subject));
    lines
}
