//! The comment of a pull request: the changed rows, the rest folded.
//!
//! GitHub refuses a comment of more than 65,536 characters. Rows that do not fit are left out, and it says so.

mod room;
mod text;

use crate::outcome::{Compared, Comparison};

use self::room::Room;
use self::text::{code, prose};
use super::fact::{facts, side};
use super::number::{change, time};
use super::remark::remarks;
use super::standing::{Standing, in_order, is_changed};
use super::summary::{Answer, headline, sentence, together};
use super::wrap::cut;

/// By which a workflow finds its comment again, to write it anew.
const MARKER: &str = "<!-- perf-harness bench-compare -->";
const MOST: usize = 65_000;
/// Of one name or one reason. What is longer is cut in the middle.
const LONGEST: usize = 300;

/// The comment, at most 65,000 characters.
pub(crate) fn page(comparison: &Comparison) -> String {
    let opening = opening(comparison);
    let environment = environment(comparison);
    let mut room = Room::of(MOST, &[&opening, &environment]);
    let mut parts = vec![opening];
    parts.push(changed(comparison, &mut room));
    parts.push(undecided(comparison, &mut room));
    parts.push(left_out(comparison, &mut room));
    parts.push(one_sided(comparison, &mut room));
    parts.push(unchanged(comparison, &mut room));
    parts.push(environment);
    parts.retain(|part| !part.is_empty());
    parts.join("\n")
}

fn opening(comparison: &Comparison) -> String {
    let headline = headline(comparison);
    let mark = match headline.answer {
        Answer::Noisy | Answer::Open => "⚠️",
        Answer::Bad => "❌",
        Answer::Good => "✅",
    };
    let title = prose(&cut(&headline.text, LONGEST * 2));
    let sides = [&comparison.base, &comparison.head].map(|one| code(&cut(&side(one), LONGEST)));
    let [base, head] = sides;
    let sentence = prose(&cut(&sentence(comparison), LONGEST * 3));
    let together = together(comparison)
        .map(|together| format!("\n{}\n", prose(&cut(&together, LONGEST * 3))))
        .unwrap_or_default();
    format!(
        "{MARKER}\n### {mark} Benchmarks: {title}\n\n{head} against {base}. {sentence}\n{together}"
    )
}

fn changed(comparison: &Comparison, room: &mut Room) -> String {
    let rows = rows(comparison, |standing, one| {
        is_changed(standing, one) && standing != Standing::Undecided
    });
    table(comparison, &rows, room)
}

fn undecided(comparison: &Comparison, room: &mut Room) -> String {
    let rows = rows(comparison, |standing, _| standing == Standing::Undecided);
    let table = table(comparison, &rows, room);
    folded("undecided", rows.len(), &table)
}

fn unchanged(comparison: &Comparison, room: &mut Room) -> String {
    let rows = rows(comparison, |standing, one| {
        !is_changed(standing, one) && standing != Standing::Undecided
    });
    let table = table(comparison, &rows, room);
    folded("unchanged", rows.len(), &table)
}

fn one_sided(comparison: &Comparison, room: &mut Room) -> String {
    let told = |side: &str, names: &[String]| {
        let side = code(&cut(side, LONGEST));
        let name = |name: &String| format!("- {}, only in {side}\n", code(&cut(name, LONGEST)));
        names.iter().map(name).collect::<Vec<_>>()
    };
    let mut lines = told(&comparison.base.name, &comparison.only_base);
    lines.extend(told(&comparison.head.name, &comparison.only_head));
    folded("on one side only", lines.len(), &room.take("", &lines))
}

fn left_out(comparison: &Comparison, room: &mut Room) -> String {
    let lines = comparison.left_out.iter().map(|one| {
        let name = code(&cut(&one.name, LONGEST));
        let failed = if one.is_failure { " (failed)" } else { "" };
        format!(
            "- {name}{failed}: {}\n",
            code(&cut(&one.reason, LONGEST * 3))
        )
    });
    let lines: Vec<_> = lines.collect();
    folded("left out", lines.len(), &room.take("", &lines))
}

fn environment(comparison: &Comparison) -> String {
    let facts = facts(comparison);
    let lines = facts.iter().map(|(label, fact)| {
        let fact = prose(&cut(fact, LONGEST));
        format!("- {label}: {fact}\n")
    });
    details("how it was measured", &lines.collect::<String>())
}

fn rows(comparison: &Comparison, is_among: impl Fn(Standing, &Compared) -> bool) -> Vec<String> {
    let among = in_order(comparison)
        .into_iter()
        .filter(|(standing, one)| is_among(*standing, one));
    among.map(|(standing, one)| row(standing, one)).collect()
}

fn row(standing: Standing, one: &Compared) -> String {
    let told = |ns: Option<f64>| ns.map_or_else(|| "-".to_owned(), time);
    let change = one.change.as_ref().map_or_else(|| "-".to_owned(), change);
    let name = code(&cut(&one.name, LONGEST));
    let remarks = remarks(one);
    let remarks = remarks.iter().map(|remark| prose(&cut(remark, LONGEST)));
    let name = [name].into_iter().chain(remarks).collect::<Vec<_>>();
    let name = name.join("<br>");
    let verdict = format!("{} {}", standing.mark(), standing.word());
    let (base, head) = (told(one.base_ns), told(one.head_ns));
    format!("| {verdict} | {name} | {base} | {head} | {change} |\n")
}

/// Nothing of no rows.
fn table(comparison: &Comparison, rows: &[String], room: &mut Room) -> String {
    let [base, head] = [&comparison.base, &comparison.head].map(|side| code(&cut(&side.name, 40)));
    let heads = format!("| | benchmark | {base} | {head} | change (99 % interval) |\n");
    let line = "| --- | --- | ---: | ---: | --- |\n";
    room.take(&format!("{heads}{line}"), rows)
}

fn folded(title: &str, count: usize, body: &str) -> String {
    if count == 0 {
        return String::new();
    }
    details(&format!("{count} {title}"), body)
}

fn details(title: &str, body: &str) -> String {
    format!("<details><summary>{title}</summary>\n\n{body}\n</details>\n")
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn changed_rows_are_seen_and_the_rest_is_folded() {
        insta::assert_snapshot!(page(&sample::every_case()));
    }

    #[test]
    fn a_run_that_is_not_whole_or_not_to_be_believed_says_so() {
        let all = [
            sample::empty(),
            sample::partial(),
            sample::noisy(),
            sample::variants(true),
        ];
        let told = all.map(|comparison| page(&comparison));
        insta::assert_snapshot!(told.join("\n-----\n\n"));
    }

    #[test]
    fn a_comment_is_never_too_long_and_says_what_is_missing() {
        for (each, length) in [(2_000, 12), (300, 3_000), (1, 100_000)] {
            let told = page(&sample::large(each, length));
            let characters = told.chars().count();
            assert!(characters <= MOST, "{characters}");
            assert!(told.len() < 262_144, "{}", told.len());
            let opened = told.matches("<details>").count();
            assert_eq!(opened, told.matches("</details>").count());
            assert!(told.contains("processor: AMD EPYC"));
            let is_cut = told
                .contains("left out of this comment, which would have more than 65,000 characters");
            assert_eq!(is_cut, each > 1, "{each}");
        }
    }

    #[test]
    fn each_row_of_a_table_has_five_cells() {
        let told = page(&sample::every_case());
        let rows: Vec<_> = told.lines().filter(|line| line.starts_with('|')).collect();
        assert!(rows.len() > 11);
        for row in rows {
            assert_eq!(row.matches('|').count(), 6, "{row}");
        }
    }
}
