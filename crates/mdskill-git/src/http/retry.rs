//! [`Retry`]: the number of retries, and the pauses between them.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use super::HttpError;

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
    /// Returns the pause after the failed attempt number `tried` (from 0); `None` if a retry is
    /// useless.
    #[must_use]
    pub fn pause(&self, tried: u64, error: &HttpError) -> Option<Duration> {
        if tried >= self.times || !error.is_transient() {
            return None;
        }
        if let Some(asked) = error.retry_after() {
            return (asked <= self.patience).then_some(asked);
        }
        Some(self.backoff(tried))
    }

    /// Returns the pause before the next attempt: doubled each time, with a jitter between half and
    /// whole, so that many runners do not retry at the same moment.
    #[must_use]
    pub fn backoff(&self, tried: u64) -> Duration {
        let factor = 1_u32 << tried.min(10);
        let longest = self.delay.saturating_mul(factor).min(MAX_PAUSE);
        let random = RandomState::new().hash_one(tried) % 512;
        longest / 2 + longest * u32::try_from(random).unwrap_or_default() / 1024
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(status: u16, retry_after: Option<u64>) -> HttpError {
        HttpError::Status {
            status,
            url: String::new(),
            tried: String::new(),
            retry_after: retry_after.map(Duration::from_secs),
        }
    }

    #[test]
    fn transient_error_is_retried_limited_times() {
        let retry = Retry::default();
        for tried in 0..3 {
            let pause = retry.pause(tried, &status(503, None)).unwrap();
            let longest = Duration::from_millis(500 << tried);
            assert!(pause >= longest / 2 && pause <= longest, "{pause:?}");
        }
        assert!(retry.pause(3, &status(503, None)).is_none());
        assert_eq!(
            retry.pause(0, &status(429, Some(7))),
            Some(Duration::from_secs(7))
        );
        assert!(
            retry.pause(0, &status(429, Some(3600))).is_none(),
            "longer than the limit"
        );
        for final_status in [400, 401, 403, 404, 451] {
            assert!(retry.pause(0, &status(final_status, None)).is_none());
        }
    }
}
