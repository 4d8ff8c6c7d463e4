//! The terminal's table, and the lines below it.

use crate::outcome::{Compared, Comparison, Kind, LeftOut};

use super::bar::{axis, bar};
use super::fact::{facts, side};
use super::look::Look;
use super::number::{change, time};
use super::remark::remarks;
use super::scale::Scale;
use super::standing::{Standing, in_order};
use super::summary::{Answer, headline, sentence, together};
use super::wrap::{cut, wrapped};

/// A bar is so wide at least, and at most.
const BAR: std::ops::RangeInclusive<usize> = 15..=41;
/// The name of a side heads a column of times, which are short.
const HEAD: usize = 16;
const COLUMNS: usize = 5;

struct Row {
    standing: Standing,
    cells: [String; COLUMNS],
    bar: Option<String>,
    remarks: Vec<String>,
}

/// The whole answer, for a terminal that looks so.
pub(crate) fn page(comparison: &Comparison, look: Look) -> String {
    let parts = [
        sides(comparison, look),
        rows(comparison, look),
        one_sided(comparison, look),
        left_out(comparison, look),
        summary(comparison, look),
        noise(comparison, look),
    ];
    let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("\n")
}

fn sides(comparison: &Comparison, look: Look) -> String {
    let told = |label, one| format!("{label}  {}\n", look.shown(&side(one)));
    let base = told("base", &comparison.base);
    format!("{base}{}", told("head", &comparison.head))
}

fn rows(comparison: &Comparison, look: Look) -> String {
    let mut rows: Vec<_> = in_order(comparison)
        .into_iter()
        .map(|(standing, one)| row(standing, one, look))
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    let mut head = Row {
        standing: Standing::Same,
        cells: heads(comparison, look),
        bar: None,
        remarks: Vec::new(),
    };
    let widths = widths(&rows, &head);
    draw_bars(comparison, &mut rows, &mut head, &widths, look);
    let head = line(
        &head,
        &widths,
        Look {
            has_colour: false,
            ..look
        },
    );
    let rows = rows.iter().map(|row| line(row, &widths, look));
    format!("{head}{}", rows.collect::<String>())
}

fn heads(comparison: &Comparison, look: Look) -> [String; COLUMNS] {
    let [base, head] = [&comparison.base, &comparison.head].map(|side| cut(&side.name, HEAD));
    let heads = ["", "benchmark", &base, &head, "change (99 % interval)"];
    heads.map(|head| look.shown(head))
}

fn row(standing: Standing, one: &Compared, look: Look) -> Row {
    let verdict = format!("{} {}", standing.mark(), standing.word());
    let told = |ns: Option<f64>| ns.map_or_else(|| "-".to_owned(), time);
    let change = one.change.as_ref().map_or_else(|| "-".to_owned(), change);
    let cells = [
        verdict,
        one.name.clone(),
        told(one.base_ns),
        told(one.head_ns),
        change,
    ];
    Row {
        standing,
        cells: cells.map(|cell| look.shown(&cell)),
        bar: None,
        remarks: remarks(one)
            .iter()
            .map(|remark| look.shown(remark))
            .collect(),
    }
}

fn widths(rows: &[Row], head: &Row) -> [usize; COLUMNS] {
    let mut widths = [0; COLUMNS];
    for row in rows.iter().chain([head]) {
        for (width, cell) in widths.iter_mut().zip(&row.cells) {
            *width = (*width).max(cell.chars().count());
        }
    }
    widths
}

/// Where the terminal can, and has the room.
fn draw_bars(
    comparison: &Comparison,
    rows: &mut [Row],
    head: &mut Row,
    widths: &[usize; COLUMNS],
    look: Look,
) {
    let Some(room) = room(widths, look) else {
        return;
    };
    let Some(scale) = Scale::of(comparison) else {
        return;
    };
    head.bar = Some(axis(&scale, room));
    for (row, (_, one)) in rows.iter_mut().zip(in_order(comparison)) {
        row.bar = one.change.map(|change| bar(&change, &scale, room));
    }
}

/// How wide bars may be: odd, so that there is a middle.
fn room(widths: &[usize; COLUMNS], look: Look) -> Option<usize> {
    let taken: usize = widths.iter().map(|width| width + 2).sum();
    let left = look.width.filter(|_| look.is_utf8)?.checked_sub(taken)?;
    let width = left.min(*BAR.end());
    let width = width - (width + 1) % 2;
    BAR.contains(&width).then_some(width)
}

fn line(row: &Row, widths: &[usize; COLUMNS], look: Look) -> String {
    let [verdict, name, base, head, change] = &row.cells;
    let [
        verdict_width,
        name_width,
        base_width,
        head_width,
        change_width,
    ] = *widths;
    let verdict = padded(verdict, verdict_width, row.standing, look);
    let change = padded(change, change_width, row.standing, look);
    let bar = row.bar.as_deref().unwrap_or_default();
    let line = format!(
        "{verdict}  {name:name_width$}  {base:>base_width$}  {head:>head_width$}  {change}  {bar}"
    );
    let mut lines = format!("{}\n", line.trim_end());
    let indent = " ".repeat(verdict_width + 4);
    for remark in &row.remarks {
        lines.extend([wrapped(remark, &indent, look.width).as_str(), "\n"]);
    }
    lines
}

/// The blanks are outside of the colour, so that they can be cut off.
fn padded(text: &str, width: usize, standing: Standing, look: Look) -> String {
    let blanks = width.saturating_sub(text.chars().count());
    format!("{}{}", painted(text, standing, look), " ".repeat(blanks))
}

fn painted(text: &str, standing: Standing, look: Look) -> String {
    let colour = match standing {
        Standing::Slower | Standing::TooLittle => "31",
        Standing::Faster => "32",
        Standing::Allowed | Standing::Undecided => "33",
        Standing::Same | Standing::Identical => return text.to_owned(),
    };
    coloured(text, colour, look)
}

fn coloured(text: &str, colour: &str, look: Look) -> String {
    if look.has_colour && !colour.is_empty() && !text.is_empty() {
        format!("\u{1b}[{colour}m{text}\u{1b}[0m")
    } else {
        text.to_owned()
    }
}

fn one_sided(comparison: &Comparison, look: Look) -> String {
    let list = |side: &str, names: &[String]| {
        let names = names.iter().map(|name| format!("  {}\n", look.shown(name)));
        let names: String = names.collect();
        let heading = format!("only in {}:\n", look.shown(side));
        if names.is_empty() {
            names
        } else {
            heading + &names
        }
    };
    let base = list(&comparison.base.name, &comparison.only_base);
    base + &list(&comparison.head.name, &comparison.only_head)
}

fn left_out(comparison: &Comparison, look: Look) -> String {
    if comparison.left_out.is_empty() {
        return String::new();
    }
    // One reason of many is told once.
    let alike = comparison
        .left_out
        .chunk_by(|one, next| (one.is_failure, &one.reason) == (next.is_failure, &next.reason));
    let told = alike.map(|alike| {
        let name = |one: &LeftOut| {
            let kind = if one.is_failure { " (failed)" } else { "" };
            format!("  {}{kind}\n", look.shown(&one.name))
        };
        let names = alike.iter().map(name);
        let reason = alike[0].reason.lines();
        let lines = reason.map(|line| format!("    {}\n", look.shown(line)));
        names.chain(lines).collect::<String>()
    });
    format!("left out:\n{}", told.collect::<String>())
}

fn summary(comparison: &Comparison, look: Look) -> String {
    let headline = headline(comparison);
    let mut paragraphs = Vec::new();
    if headline.answer == Answer::Noisy || comparison.is_partial || comparison.benchmarks.is_empty()
    {
        paragraphs.push((headline.text, "1;33"));
    }
    let colour = match headline.answer {
        Answer::Bad => "1;31",
        Answer::Good => "1;32",
        Answer::Noisy | Answer::Open => "1",
    };
    if !comparison.benchmarks.is_empty() {
        paragraphs.push((sentence(comparison), colour));
    }
    if let Some(together) = together(comparison) {
        let is_the_answer = comparison.kind == Kind::Variants;
        paragraphs.push((together, if is_the_answer { "1" } else { "" }));
    }
    let told = paragraphs.into_iter().map(|(text, colour)| {
        let text = wrapped(&look.shown(&text), "", look.width);
        format!("{}\n", coloured(&text, colour, look))
    });
    told.collect()
}

fn noise(comparison: &Comparison, look: Look) -> String {
    let facts = facts(comparison);
    let told = facts.iter().map(|(label, fact)| format!("{label}: {fact}"));
    let told: Vec<_> = told.collect();
    let text = wrapped(&look.shown(&told.join("; ")), "", look.width);
    format!("{text}\n")
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    const TERMINAL: Look = Look {
        is_utf8: true,
        has_colour: false,
        width: Some(120),
    };
    const FILE: Look = Look {
        is_utf8: false,
        has_colour: false,
        width: None,
    };

    #[test]
    fn a_reason_that_many_are_left_out_for_is_told_once() {
        let mut comparison = sample::empty();
        let reasons = [
            ("a", "no divan", false),
            ("b", "no divan", false),
            ("c", "it hung", false),
            ("d", "it hung", true),
        ];
        comparison.left_out = reasons
            .map(|(name, reason, is_failure)| LeftOut {
                name: name.to_owned(),
                reason: reason.to_owned(),
                is_failure,
            })
            .into();
        let expected =
            "left out:\n  a\n  b\n    no divan\n  c\n    it hung\n  d (failed)\n    it hung\n";
        assert_eq!(left_out(&comparison, FILE), expected);
    }

    #[test]
    fn a_wide_terminal_has_bars() {
        insta::assert_snapshot!(page(&sample::every_case(), TERMINAL));
    }

    #[test]
    fn a_narrow_terminal_has_none_and_no_long_lines() {
        let look = Look {
            width: Some(80),
            ..TERMINAL
        };
        insta::assert_snapshot!(page(&sample::every_case(), look));
    }

    #[test]
    fn a_file_has_ascii_only() {
        let told = page(&sample::every_case(), FILE);
        assert!(told.is_ascii(), "{told}");
        insta::assert_snapshot!(told);
    }

    #[test]
    fn colours_are_around_words_and_change_no_column() {
        let look = Look {
            has_colour: true,
            ..TERMINAL
        };
        let told = page(&sample::every_case(), look);
        assert!(told.contains("\u{1b}[31m▲ slower"), "{told}");
        let mut plain = told.replace("\u{1b}[0m", "");
        for colour in ["31", "32", "33", "1;31"] {
            plain = plain.replace(&format!("\u{1b}[{colour}m"), "");
        }
        assert_eq!(plain, page(&sample::every_case(), TERMINAL));
    }

    #[test]
    fn a_run_that_is_not_whole_or_not_to_be_believed_says_so() {
        let all = [sample::empty(), sample::partial(), sample::noisy()];
        let told = all.map(|comparison| page(&comparison, TERMINAL));
        insta::assert_snapshot!(told.join("\n-----\n\n"));
    }

    #[test]
    fn variants_are_told_by_their_gain() {
        let told = [true, false].map(|is_met| page(&sample::variants(is_met), TERMINAL));
        insta::assert_snapshot!(told.join("\n-----\n\n"));
    }
}
