//! All that is known of one benchmark: its pairs over time, what is counted, how it was measured.

use crate::outcome::{Compared, Counted};

use super::super::number::{change, count, differ, time};
use super::super::remark::{method, pair, remarks};
use super::super::scale::Scale;
use super::Entry;
use super::plot::{band, level, plot, point};
use super::text::{escaped, path, whole, with_arrows};

const HEIGHT: u32 = 120;
/// Above the highest point and below the lowest.
const MARGIN: f64 = 8.0;

pub(super) fn article(entry: &Entry<'_>) -> String {
    let Entry { at, one, .. } = entry;
    let (class, verdict, name) = (entry.class(), entry.verdict(), path(&one.name));
    let parts = [told_remarks(one), pairs(one), counts(one)].concat();
    let (times, method) = (times(one), method(one));
    format!(
        "<article id=\"b{at}\" class=\"{class}\">\n<h3><bdi>{name}</bdi></h3>\n\
         <p><span class=\"verdict\">{verdict}</span> {times}</p>\n{parts}\
         <p class=\"aside\">{method}</p>\n</article>\n"
    )
}

/// `12.3 ms -> 13.8 ms, +12 % [+8.2, +16]`.
fn times(one: &Compared) -> String {
    let (Some(base), Some(head)) = (one.base_ns, one.head_ns) else {
        return String::new();
    };
    let times = with_arrows(&format!("{} -> {}", time(base), time(head)));
    let change = one.change.as_ref().map(change);
    let change = change.map_or_else(String::new, |change| format!(", {}", whole(&change)));
    times + &change
}

fn told_remarks(one: &Compared) -> String {
    let items = remarks(one).into_iter().map(|remark| {
        let remark = with_arrows(&remark);
        format!("<li>{remark}</li>\n")
    });
    let items = items.collect::<String>();
    if items.is_empty() {
        items
    } else {
        format!("<ul>\n{items}</ul>\n")
    }
}

fn pairs(one: &Compared) -> String {
    if one.pairs.is_empty() {
        return String::new();
    }
    let scale = Scale::of_pairs(&one.pairs, one.change, one.threshold);
    let [low, middle, high] = scale.labels();
    let title = format!(
        "how each of {} pairs differs, between {low} and {high}",
        one.pairs.len()
    );
    let plot = plot("strip", HEIGHT, &title, &strip(one, &scale));
    format!(
        "<div class=\"pairs\"><div class=\"ends\" aria-hidden=\"true\"><span>{high}</span><span>{middle}</span><span>{low}</span></div>{plot}</div>\n"
    )
}

fn strip(one: &Compared, scale: &Scale) -> String {
    let down = |change: f64| {
        let room = f64::from(HEIGHT) - 2.0 * MARGIN;
        MARGIN + room * (1.0 - scale.position(change))
    };
    let gain = 1.0 / (1.0 + one.threshold) - 1.0;
    let all = (0.0, 1.0);
    let mut shapes = band("threshold", all, (down(one.threshold), down(gain)));
    if let Some(change) = one.change {
        shapes += &band("known", all, (down(change.high), down(change.low)));
        shapes += &level("middle", 0.0, 1.0, down(change.estimate));
    }
    shapes += &level("zero", 0.0, 1.0, down(0.0));
    let step = 1.0 / one.pairs.iter().map(|_| 1.0).sum::<f64>();
    let mut across = step / 2.0;
    for (at, logarithm) in one.pairs.iter().enumerate() {
        let title = pair(at, *logarithm);
        shapes += &point("pair", across, down(logarithm.exp_m1()), 3.5, &title);
        across += step;
    }
    shapes
}

fn counts(one: &Compared) -> String {
    if one.counts.is_empty() {
        return String::new();
    }
    let rows = one
        .counts
        .iter()
        .map(|(name, counted)| count_row(name, counted));
    let rows = rows.collect::<String>();
    format!(
        "<table class=\"counts\">\n<thead><tr><th scope=\"col\">counted for each iteration</th>\
         <th scope=\"col\" class=\"number\">base</th><th scope=\"col\" class=\"number\">head</th></tr></thead>\n\
         <tbody>\n{rows}</tbody>\n</table>\n"
    )
}

fn count_row(name: &str, counted: &Counted) -> String {
    let class = match counted.head - counted.base {
        _ if !differ(counted.base, counted.head) || !counted.is_cost => "plain",
        more if more > 0.0 => "bad",
        _ => "good",
    };
    let (mut base, mut head) = (count(counted.base), count(counted.head));
    if base == head && differ(counted.base, counted.head) {
        (base, head) = (counted.base.to_string(), counted.head.to_string());
    }
    let name = escaped(name);
    format!(
        "<tr class=\"{class}\"><th scope=\"row\"><bdi>{name}</bdi></th><td class=\"number\">{base}</td><td class=\"number\">{head}</td></tr>\n"
    )
}
