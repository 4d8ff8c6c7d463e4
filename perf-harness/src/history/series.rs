//! Points in the order that one looks at them: by run, and by what they are about.

use std::collections::BTreeMap;

use super::point::Point;

/// What happened in one run, the earliest first.
#[derive(Clone, Debug)]
pub(crate) struct Run<'a> {
    pub(crate) id: &'a str,
    pub(crate) points: Vec<&'a Point>,
}

impl Run<'_> {
    /// When the last of its tests ended.
    pub(crate) fn ended(&self) -> &str {
        self.points.last().map_or("", |point| &point.at)
    }
}

/// The runs of points that are in the order of time. The last run is the one that ended last.
pub(crate) fn runs<'a>(points: impl IntoIterator<Item = &'a Point>) -> Vec<Run<'a>> {
    let mut runs: BTreeMap<&str, Vec<&Point>> = BTreeMap::new();
    for point in points {
        runs.entry(&point.run).or_default().push(point);
    }
    let mut runs: Vec<Run<'_>> = runs
        .into_iter()
        .map(|(id, points)| Run { id, points })
        .collect();
    runs.sort_by(|one, other| one.ended().cmp(other.ended()));
    runs
}

/// The points of one recording, the earliest first.
#[derive(Clone, Debug)]
pub(crate) struct Series<'a> {
    pub(crate) name: String,
    pub(crate) points: Vec<&'a Point>,
}

/// Points that are in the order of time, each recording's apart, by name. Of a test that a run repeated the last counts.
pub(crate) fn series<'a>(points: impl IntoIterator<Item = &'a Point>) -> Vec<Series<'a>> {
    let mut series: BTreeMap<String, Vec<&Point>> = BTreeMap::new();
    for point in points {
        let one = series.entry(point.name()).or_default();
        one.retain(|earlier| earlier.run != point.run);
        one.push(point);
    }
    series
        .into_iter()
        .map(|(name, points)| Series { name, points })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::point::tests::point;
    use super::*;

    #[test]
    fn the_last_run_is_the_one_that_ended_last() {
        let points = [
            point("z", "1", 1),
            point("a", "2", 2),
            point("b", "3", 3),
            point("a", "4", 4),
        ];
        let runs: Vec<(String, usize)> = runs(&points)
            .iter()
            .map(|run| (run.id.to_owned(), run.points.len()))
            .collect();
        assert_eq!(
            runs,
            [
                ("z".to_owned(), 1),
                ("b".to_owned(), 1),
                ("a".to_owned(), 2)
            ]
        );
    }

    #[test]
    fn each_recording_is_a_series_and_a_test_that_was_repeated_counts_once() {
        let mut other = point("a", "2", 9);
        other.fact.recording = "detail".to_owned();
        let points = [
            point("a", "1", 1),
            other,
            point("a", "3", 3),
            point("b", "4", 4),
        ];
        let series = series(&points);
        let told: Vec<(&str, Vec<u64>)> = series
            .iter()
            .map(|one| {
                (
                    one.name.as_str(),
                    one.points
                        .iter()
                        .map(|point| point.fact.values["queries"])
                        .collect(),
                )
            })
            .collect();
        let expected = [
            ("app perf users::list detail", vec![9]),
            ("app perf users::list list", vec![3, 4]),
        ];
        assert_eq!(told, expected);
    }
}
