//! All changes in one table, each with its interval on an axis that all share.

use crate::outcome::{Compared, Comparison};

use super::super::number::{change as told_change, time};
use super::super::scale::Scale;
use super::Entry;
use super::plot::{arrow, band, level, plot, point, upright};
use super::text::{escaped, path};

const HEIGHT: u32 = 24;
const MIDDLE: f64 = 12.0;

/// The table. Its roles are said as a narrow screen lays it out as blocks, which would take them away.
pub(super) fn section(comparison: &Comparison, entries: &[Entry<'_>]) -> String {
    if entries.is_empty() {
        return String::new();
    }
    let scale = Scale::of(comparison);
    let [base, head] = [&comparison.base, &comparison.head].map(|side| escaped(&side.name));
    let axis = scale.as_ref().map(axis).unwrap_or_default();
    let rows = entries.iter().map(|entry| row(entry, scale.as_ref()));
    let rows = rows.collect::<String>();
    format!(
        "<section>\n<h2>Changes</h2>\n<table role=\"table\" class=\"changes\">\n\
         <caption>The time of the head against that of the base, with 99 % intervals. To the right is slower.</caption>\n\
         <thead role=\"rowgroup\">\n<tr role=\"row\">\
         <th role=\"columnheader\" scope=\"col\">benchmark</th>\
         <th role=\"columnheader\" scope=\"col\">verdict</th>\
         <th role=\"columnheader\" scope=\"col\" class=\"number\"><bdi>{base}</bdi></th>\
         <th role=\"columnheader\" scope=\"col\" class=\"number\"><bdi>{head}</bdi></th>\
         <th role=\"columnheader\" scope=\"col\">change</th>\
         <th role=\"columnheader\" scope=\"col\" class=\"plotted\">{axis}</th></tr>\n</thead>\n\
         <tbody role=\"rowgroup\">\n{rows}</tbody>\n</table>\n</section>\n"
    )
}

fn row(entry: &Entry<'_>, scale: Option<&Scale>) -> String {
    let Entry { at, one, .. } = entry;
    let (class, verdict) = (entry.class(), entry.verdict());
    let name = path(&one.name);
    let cells = [
        cell("number", one.base_ns.map(time)),
        cell("number", one.head_ns.map(time)),
        cell("change", one.change.as_ref().map(told_change)),
    ];
    let cells = cells.concat();
    let plot = scale
        .and_then(|scale| interval(one, scale))
        .unwrap_or_default();
    format!(
        "<tr role=\"row\" class=\"{class}\">\
         <th role=\"rowheader\" scope=\"row\"><a href=\"#b{at}\"><bdi>{name}</bdi></a></th>\
         <td role=\"cell\" class=\"verdict\">{verdict}</td>{cells}\
         <td role=\"cell\" class=\"plotted\">{plot}</td></tr>\n"
    )
}

/// One that says nothing is not shown where there is little room.
fn cell(class: &str, told: Option<String>) -> String {
    let none = if told.is_none() { " none" } else { "" };
    let told = told.unwrap_or_else(|| "-".to_owned());
    format!("<td role=\"cell\" class=\"{class}{none}\">{told}</td>")
}

/// The ends of the axis and its middle, where nothing changes.
fn axis(scale: &Scale) -> String {
    let [left, middle, right] = scale.labels();
    let label = |across: &str, anchor: &str, text: &str| {
        format!("<text x=\"{across}\" y=\"14\" text-anchor=\"{anchor}\">{text}</text>")
    };
    let labels = [
        label("0%", "start", &left),
        label("50%", "middle", &middle),
        label("100%", "end", &right),
    ];
    let title = format!("the axis of changes, from {left} to {right}");
    plot("axis", 18, &title, &labels.concat())
}

fn interval(one: &Compared, scale: &Scale) -> Option<String> {
    let change = one.change?;
    let at = |change: f64| scale.position(change);
    let gain = 1.0 / (1.0 + one.threshold) - 1.0;
    let height = f64::from(HEIGHT);
    let mut shapes = vec![
        band("threshold", (at(gain), at(one.threshold)), (0.0, height)),
        upright("zero", 0.5, HEIGHT),
        level("interval", at(change.low), at(change.high), MIDDLE),
    ];
    let is_beyond = |end: f64| scale.is_left_of(end) || scale.is_right_of(end);
    if scale.is_left_of(change.low) {
        shapes.push(arrow("estimate", true, MIDDLE));
    }
    if scale.is_right_of(change.high) {
        shapes.push(arrow("estimate", false, MIDDLE));
    }
    if !is_beyond(change.estimate) {
        shapes.push(point("estimate", at(change.estimate), MIDDLE, 4.5, ""));
    }
    let title = told_change(&change);
    Some(plot("forest", HEIGHT, &title, &shapes.concat()))
}
