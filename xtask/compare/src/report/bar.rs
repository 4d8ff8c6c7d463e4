//! An interval as a bar of text: `  ├──●──┤  `.

use crate::outcome::Change;

use super::scale::Scale;

/// So wide, with no change in the middle. An end that is farther than the scale is an arrow.
pub(super) fn bar(change: &Change, scale: &Scale, width: usize) -> String {
    let at = |change: f64| cell(scale.position(change), width);
    let mut cells = vec![' '; width];
    cells[width / 2] = '│';
    let (low, high) = (at(change.low), at(change.high));
    cells[low..=high].fill('─');
    cells[low] = end(change.low, scale).unwrap_or('├');
    cells[high] = end(change.high, scale).unwrap_or('┤');
    if end(change.estimate, scale).is_none() {
        cells[at(change.estimate)] = '●';
    }
    cells.into_iter().collect()
}

/// The arrow of an end that is beyond the scale.
fn end(change: f64, scale: &Scale) -> Option<char> {
    match change {
        change if scale.is_left_of(change) => Some('◂'),
        change if scale.is_right_of(change) => Some('▸'),
        _ => None,
    }
}

/// The labels of a scale above bars of the same width.
pub(super) fn axis(scale: &Scale, width: usize) -> String {
    let [left, middle, right] = scale.labels();
    let before = (width / 2).saturating_sub(left.chars().count());
    let after = (width / 2).saturating_sub(right.chars().count());
    format!(
        "{left}{}{middle}{}{right}",
        " ".repeat(before),
        " ".repeat(after)
    )
}

/// The cell in which a position from 0 to 1 lies.
fn cell(position: f64, width: usize) -> usize {
    let mut left_of_it = 0.5;
    let last: f64 = (1..width).map(|_| 1.0).sum();
    let mut cell = 0;
    while left_of_it <= position * last && cell + 1 < width {
        left_of_it += 1.0;
        cell += 1;
    }
    cell
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    fn drawn(estimate: f64, low: f64, high: f64) -> String {
        let scale = Scale::of(&sample::every_case()).unwrap();
        let change = Change {
            estimate,
            low,
            high,
        };
        bar(&change, &scale, 21)
    }

    #[test]
    fn no_change_is_in_the_middle() {
        assert_eq!(drawn(0.0, -0.000_1, 0.000_1), "          ●          ");
        assert_eq!(drawn(0.2, 0.1, 0.3), "          │ ├─●─┤    ");
        assert_eq!(drawn(-0.1, -0.2, 0.0), "    ├──●──┤          ");
    }

    #[test]
    fn what_is_beyond_the_scale_has_an_arrow() {
        assert_eq!(drawn(0.45, 0.2, 0.9), "          │   ├────●▸");
        assert_eq!(drawn(-0.8, -0.9, -0.7), "◂         │          ");
        assert_eq!(drawn(2.0, 1.0, 3.0), "          │         ▸");
    }

    #[test]
    fn the_axis_is_as_wide_as_the_bars() {
        let scale = Scale::of(&sample::every_case()).unwrap();
        assert_eq!(axis(&scale, 21), "-33 %     0     +50 %");
    }
}
