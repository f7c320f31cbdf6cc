//! [`Retry`]: how often, and how long after, a failed request is tried again.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use super::HttpError;

/// Longest pause between two tries.
const MAX_PAUSE: Duration = Duration::from_secs(10);

/// The rule for trying again.
#[derive(Debug, Clone, Copy)]
pub struct Retry {
    /// How often, after the first try.
    pub times: u64,
    /// Pause before the first retry, doubled each time.
    pub delay: Duration,
    /// Longest `Retry-After` that is honoured; a longer one fails at once.
    pub patience: Duration,
}

impl Retry {
    /// Returns how long to wait after the failed try number `tried` (from 0), or
    /// nothing when trying again makes no sense.
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

    /// Returns the pause before the next try: doubled each time, jittered between
    /// half and whole, so that a fleet of runners does not come back in step.
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
    fn a_passing_fault_is_tried_again_a_bounded_number_of_times() {
        let retry = Retry {
            times: 3,
            delay: Duration::from_millis(500),
            patience: Duration::from_mins(1),
        };
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
            "longer than our patience"
        );
        for final_status in [400, 401, 403, 404, 451] {
            assert!(retry.pause(0, &status(final_status, None)).is_none());
        }
    }
}
