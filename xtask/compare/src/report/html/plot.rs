//! Shapes of plots. Across they are in percent of a plot's width, so that a plot fits any screen with its text unscaled;
//! down they are in pixels.

/// A vertical line.
pub(super) fn upright(class: &str, across: f64, height: u32) -> String {
    let x = percent(across);
    format!("<line class=\"{class}\" x1=\"{x}\" x2=\"{x}\" y1=\"0\" y2=\"{height}\"/>")
}

/// A horizontal line.
pub(super) fn level(class: &str, from: f64, to: f64, down: f64) -> String {
    let (from, to, y) = (percent(from), percent(to), pixels(down));
    format!("<line class=\"{class}\" x1=\"{from}\" x2=\"{to}\" y1=\"{y}\" y2=\"{y}\"/>")
}

/// A point that says what it is when it is pointed at.
pub(super) fn point(class: &str, across: f64, down: f64, radius: f64, title: &str) -> String {
    let (x, y, radius) = (percent(across), pixels(down), pixels(radius));
    let circle = format!("<circle class=\"{class}\" cx=\"{x}\" cy=\"{y}\" r=\"{radius}\"");
    if title.is_empty() {
        format!("{circle}/>")
    } else {
        format!("{circle}><title>{title}</title></circle>")
    }
}

/// A rectangle from one corner to the other.
pub(super) fn band(class: &str, across: (f64, f64), down: (f64, f64)) -> String {
    let (x, width) = (percent(across.0), percent(across.1 - across.0));
    let (y, height) = (pixels(down.0), pixels(down.1 - down.0));
    format!("<rect class=\"{class}\" x=\"{x}\" width=\"{width}\" y=\"{y}\" height=\"{height}\"/>")
}

/// Where an interval goes on beyond the plot: at its left end or at its right one.
pub(super) fn arrow(class: &str, is_left: bool, down: f64) -> String {
    let (x, tip) = if is_left { ("0%", 7) } else { ("100%", -7) };
    let y = pixels(down);
    format!(
        "<svg class=\"arrow\" x=\"{x}\" y=\"{y}\"><path class=\"{class}\" d=\"M0 0l{tip} -5v10z\"/></svg>"
    )
}

/// A plot so high, with what it shows in words.
pub(super) fn plot(class: &str, height: u32, title: &str, shapes: &str) -> String {
    format!(
        "<svg class=\"{class}\" role=\"img\" width=\"100%\" height=\"{height}\"><title>{title}</title>{shapes}</svg>"
    )
}

fn percent(share: f64) -> String {
    format!("{}%", rounded(share * 100.0))
}

fn pixels(number: f64) -> String {
    rounded(number)
}

fn rounded(number: f64) -> String {
    let text = format!("{number:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
