//! [`Retry`]: the number of retries, and the pauses between them.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

/// The maximum pause between two attempts.
const MAX_PAUSE: Duration = Duration::from_secs(10);

/// The retry policy.
#[derive(Debug, Clone, Copy)]
pub struct Retry {
    /// The maximum number of retries.
    pub times: u64,
    /// The pause before the first retry; doubled for each further one.
    pub delay: Duration,
    /// The maximum `Retry-After` that is honoured; a longer one fails immediately.
    pub patience: Duration,
}

/// Three retries, the first after half a second; a `Retry-After` of at most a minute is honoured.
impl Default for Retry {
    fn default() -> Self {
        Self {
            times: 3,
            delay: Duration::from_millis(500),
            patience: Duration::from_mins(1),
        }
    }
}

impl Retry {
    /// Returns the pause after the failed attempt number `tried` (from 0), if the server asked to
    /// wait for `asked`; `None` if a retry is useless.
    #[must_use]
    pub fn pause(&self, tried: u64, asked: Option<Duration>) -> Option<Duration> {
        let pause = asked.unwrap_or_else(|| self.backoff(tried));
        (tried < self.times && asked <= Some(self.patience)).then_some(pause)
    }

    /// Returns the pause before the next attempt: doubled each time, with a jitter between half and
    /// whole, so that many runners do not retry at the same moment.
    fn backoff(&self, tried: u64) -> Duration {
        let factor = 1_u32 << tried.min(10);
        let longest = self.delay.saturating_mul(factor).min(MAX_PAUSE);
        let random = RandomState::new().hash_one(tried) % 512;
        longest / 2 + longest * u32::try_from(random).unwrap_or_default() / 1024
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pause_is_limited_in_number_and_length() {
        let retry = Retry::default();
        for tried in 0..3 {
            let pause = retry.pause(tried, None).unwrap();
            let longest = Duration::from_millis(500 << tried);
            assert!(pause >= longest / 2 && pause <= longest, "{pause:?}");
        }
        assert!(retry.pause(3, None).is_none());
        let asked = Some(Duration::from_secs(7));
        assert_eq!(retry.pause(0, asked), asked);
        let asked = Some(Duration::from_hours(1));
        assert!(retry.pause(0, asked).is_none(), "longer than the limit");
    }
}
