//! What a sequential test says, and how often it may be wrong.

/// What was shown of a statistic and its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is over the limit.
    Over,
    /// It is within the limit.
    Within,
}

/// How often a test may be wrong, however often it is looked at and whenever one stops: probabilities between 0 and 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct ErrorRates {
    /// [`Verdict::Over`] of what is within.
    pub(crate) false_fail: f64,
    /// [`Verdict::Within`] of what is over.
    pub(crate) false_pass: f64,
}

impl Default for ErrorRates {
    fn default() -> Self {
        Self {
            false_fail: 0.001,
            false_pass: 0.01,
        }
    }
}

impl ErrorRates {
    /// The rates of each of several rules, so that all together keep to these.
    ///
    /// One rule that fails is enough for a red test, so the rules share the false fails (Bonferroni). A green one needs
    /// all rules to pass, the one that is violated too: its own rate is a bound for all (the intersection-union
    /// principle: Berger, "Multiparameter hypothesis testing and acceptance sampling", Technometrics 24, 1982).
    pub(crate) fn of_each(self, rules: u32) -> Self {
        Self {
            false_fail: self.false_fail / f64::from(rules.max(1)),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_share_the_false_fails_and_not_the_false_passes() {
        let each = ErrorRates::default().of_each(4);
        assert_eq!((each.false_fail, each.false_pass), (0.000_25, 0.01));
        assert_eq!(ErrorRates::default().of_each(1), ErrorRates::default());
    }
}
