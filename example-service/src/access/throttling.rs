//! How often a client may ask: REST framework's `AnonRateThrottle` and `UserRateThrottle`, a log of the requests of the last
//! period for each client. In this process only, as Django's with its local-memory cache.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use moka::{policy::EvictionPolicy, sync::Cache};

use super::User;
use crate::{
    error::ApiError,
    settings::{Rate, Settings},
};

/// As many clients as are told apart at once; beyond that the one that asked longest ago is forgotten.
const MOST_CLIENTS: u64 = 100_000;

/// Both throttles of the service.
#[derive(Debug, Clone)]
pub(crate) struct Throttles {
    anon: Option<Throttle>,
    user: Option<Throttle>,
}

impl Throttles {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self {
            anon: settings.throttle_anon.map(Throttle::new),
            user: settings.throttle_user.map(Throttle::new),
        }
    }

    /// Counts the request, or says when the next one may come.
    pub(super) fn admit(&self, user: Option<&User>, address: &str) -> Result<(), ApiError> {
        let (anon, ident) = match user {
            Some(user) => (None, format!("user {}", user.id)),
            None => (self.anon.as_ref(), format!("address {address}")),
        };
        let now = Instant::now();
        let throttles = anon.into_iter().chain(&self.user);
        let wait = throttles.filter_map(|throttle| throttle.admit(&ident, now).err());
        wait.max().map_or(Ok(()), |wait| {
            Err(ApiError::Throttled {
                seconds: seconds(wait),
            })
        })
    }
}

/// Whole ones, and enough.
fn seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

type Log = Arc<Mutex<VecDeque<Instant>>>;

#[derive(Debug, Clone)]
struct Throttle {
    rate: Rate,
    logs: Cache<String, Log>,
}

impl Throttle {
    fn new(rate: Rate) -> Self {
        let logs = Cache::builder()
            .max_capacity(MOST_CLIENTS)
            .eviction_policy(EvictionPolicy::lru())
            .time_to_idle(rate.period)
            .build();
        Self { rate, logs }
    }

    /// A refused request is not counted. The wait is until the oldest of the log is a period ago.
    fn admit(&self, ident: &str, now: Instant) -> Result<(), Duration> {
        let log = self.logs.get_with_by_ref(ident, Log::default);
        let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
        // How long until a request is a period ago; none if it is.
        let wait = |at: &Instant| {
            let ago = now.saturating_duration_since(*at);
            self.rate
                .period
                .checked_sub(ago)
                .filter(|wait| !wait.is_zero())
        };
        while log.front().is_some_and(|oldest| wait(oldest).is_none()) {
            log.pop_front();
        }
        match log.front().and_then(wait) {
            Some(wait) if log.len() >= self.rate.requests => Err(wait),
            _ => {
                log.push_back(now);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn throttle(rate: &str) -> Throttle {
        Throttle::new(rate.parse().unwrap())
    }

    #[test]
    fn so_many_requests_pass_and_the_next_waits_for_the_oldest_to_be_a_period_ago() {
        let (throttle, start) = (throttle("3/min"), Instant::now());
        let at = |second| throttle.admit("a", start + Duration::from_secs(second));
        assert_eq!([at(0), at(10), at(20)], [Ok(()); 3]);
        assert_eq!(at(21), Err(Duration::from_secs(39)));
        assert_eq!(at(59), Err(Duration::from_secs(1)));
        assert_eq!(at(60), Ok(()));
        assert_eq!(at(60), Err(Duration::from_secs(10)));
    }

    #[test]
    fn each_client_has_its_own_count() {
        let (throttle, now) = (throttle("1/s"), Instant::now());
        assert_eq!(throttle.admit("a", now), Ok(()));
        assert_eq!(throttle.admit("b", now), Ok(()));
        assert_eq!(throttle.admit("a", now), Err(Duration::from_secs(1)));
    }

    #[test]
    fn who_has_a_token_is_not_counted_by_address_and_who_has_none_by_both() {
        let user = User {
            id: 7,
            username: "ada".to_owned(),
        };
        let throttles = Throttles::new(&Settings {
            throttle_anon: Some("2/min".parse().unwrap()),
            throttle_user: Some("1/min".parse().unwrap()),
            ..Settings::default()
        });
        let admitted = |user| throttles.admit(user, "127.0.0.1").is_ok();
        assert!(admitted(Some(&user)));
        assert!(!admitted(Some(&user)));
        assert!(admitted(None));
        assert!(!admitted(None));
    }

    #[test]
    fn a_wait_is_told_in_whole_seconds_that_are_enough() {
        for (wait, expected) in [(1, 1), (999, 1), (1000, 1), (1001, 2), (60_000, 60)] {
            assert_eq!(seconds(Duration::from_millis(wait)), expected);
        }
    }
}
