//! How many different values a column has when its table is larger. Pure maths.

/// What was counted of a column: the table's rows are taken for a sample of production's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Repeats {
    /// Rows with a value.
    pub(super) rows: f64,
    /// Different values.
    pub(super) values: f64,
    /// Values that one row has alone.
    pub(super) alone: f64,
}

/// The number of different values, now and at another size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Values {
    pub(super) now: f64,
    pub(super) then: f64,
}

impl Repeats {
    /// At a number of rows, by the estimator that ANALYZE uses for the sample that it takes: Haas and Stokes, Duj1, as in
    /// `compute_scalar_stats` of the server's source. If each value is there several times, there are no more of them; if
    /// each is there once, there are as many more as there are rows more.
    pub(super) fn at(&self, size: f64) -> Values {
        let Self {
            rows,
            values,
            alone,
        } = *self;
        let then = rows * values / (rows - alone + alone * rows / size.max(rows));
        Values {
            now: values,
            then: then.clamp(1.0, size.max(1.0)),
        }
    }
}

impl Values {
    /// As `pg_statistic.stadistinct` has it: a number, or below 0 a share of the rows where they are many.
    pub(super) fn distinct(&self, rows: f64) -> f64 {
        let then = self.then.clamp(1.0, rows.max(1.0));
        if then > rows * 0.1 {
            return -(then / rows.max(1.0)).min(1.0);
        }
        then
    }

    /// There will be others: those that are common now are not then.
    pub(super) fn has_others(&self) -> bool {
        self.then > self.now * 1.5 || self.then < self.now / 1.5
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rows: f64, values: f64, alone: f64, size: f64, expected: f64) {
        let repeats = Repeats {
            rows,
            values,
            alone,
        };
        let then = repeats.at(size).then;
        assert!((then - expected).abs() < 1.0, "{then} {expected}");
    }

    #[test]
    fn what_is_there_several_times_is_all_that_there_is() {
        check(300.0, 12.0, 0.0, 1e6, 12.0);
        // A hundred rows among forty cities, eight of which are met once.
        check(100.0, 37.0, 8.0, 1e6, 40.2);
        // Three hundred among a thousand scores.
        check(300.0, 260.0, 223.0, 2e5, 1008.5);
    }

    #[test]
    fn what_is_there_once_grows_with_the_table() {
        check(300.0, 300.0, 300.0, 1e6, 1e6);
        check(300.0, 300.0, 300.0, 300.0, 300.0);
    }

    #[test]
    fn a_size_below_what_is_there_has_no_more_values_than_rows() {
        check(300.0, 260.0, 223.0, 100.0, 100.0);
    }

    #[test]
    fn many_values_are_told_as_a_share() {
        let check = |then, rows, expected: f64| {
            let distinct = Values { now: 10.0, then }.distinct(rows);
            assert!((distinct - expected).abs() < 1e-9, "{distinct}");
        };
        check(10.0, 1_000.0, 10.0);
        check(500.0, 1_000.0, -0.5);
        check(5_000.0, 1_000.0, -1.0);
        let has_others = |then| Values { now: 10.0, then }.has_others();
        assert!(has_others(16.0) && !has_others(14.0) && !has_others(7.0) && has_others(6.0));
    }
}
