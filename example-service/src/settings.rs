//! How the service behaves, apart from where it runs: the part of Django's `settings.py` that a view sees.

use std::{str::FromStr, time::Duration};

/// What can be set. The defaults are those of a test: no throttle, and caches that a test can rely on.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How often a client without a token may ask: REST framework's `anon` rate.
    pub throttle_anon: Option<Rate>,
    /// How often one user may ask, or an address without a token: REST framework's `user` rate.
    pub throttle_user: Option<Rate>,
    /// For how long a token that was looked up is known without a look at its table.
    pub token_ttl: Duration,
    /// For how long a dashboard may be shown after a write by another process. A write of this one ends it at once.
    pub dashboard_ttl: Duration,
    /// After how long a request is given up.
    pub request_timeout: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            throttle_anon: None,
            throttle_user: None,
            token_ttl: Duration::from_secs(30),
            dashboard_ttl: Duration::from_mins(1),
            request_timeout: Duration::from_secs(30),
        }
    }
}

/// So many requests in such a time, as REST framework writes it: `600/min`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    pub(crate) requests: usize,
    pub(crate) period: Duration,
}

/// What is no rate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no rate: write requests and a period, such as 10/s, 600/min, 1000/hour or 5000/day"
)]
pub struct RateError(String);

impl FromStr for Rate {
    type Err = RateError;

    /// Of the period the first letter counts, as in REST framework.
    fn from_str(text: &str) -> Result<Self, RateError> {
        let wrong = || RateError(text.to_owned());
        let (requests, period) = text.split_once('/').ok_or_else(wrong)?;
        let seconds = match period.chars().next() {
            Some('s') => 1,
            Some('m') => 60,
            Some('h') => 60 * 60,
            Some('d') => 24 * 60 * 60,
            _ => return Err(wrong()),
        };
        match requests.trim().parse() {
            Ok(requests @ 1..) => Ok(Self {
                requests,
                period: Duration::from_secs(seconds),
            }),
            _ => Err(wrong()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_read_as_rest_framework_reads_it() {
        for (text, requests, seconds) in [
            ("10/s", 10, 1),
            ("600/min", 600, 60),
            ("600/m", 600, 60),
            ("1000/hour", 1000, 3600),
            ("1/day", 1, 86_400),
        ] {
            let period = Duration::from_secs(seconds);
            assert_eq!(text.parse(), Ok(Rate { requests, period }), "{text}");
        }
    }

    #[test]
    fn what_is_no_rate_is_told_with_the_cure() {
        for text in ["", "10", "10/", "10/year", "0/s", "-1/s", "ten/s", "/s"] {
            let error = text.parse::<Rate>().unwrap_err().to_string();
            assert!(
                error.starts_with(&format!("{text:?} is no rate: write")),
                "{error}"
            );
        }
    }
}
