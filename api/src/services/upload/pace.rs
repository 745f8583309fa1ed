//! How slow an upload may be.

use std::time::Duration;

use tokio::time::{Instant, timeout};

use crate::config::Limits;
use crate::problem::{Code, Problem};

/// In which way an upload is too slow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slowness {
    /// Nothing came for too long.
    Silent,
    /// All of it together took too long.
    TooLong,
    /// Too few bytes came in the time in which they were waited for.
    TooFewBytes,
}

/// What a client is told that was too slow.
#[derive(Debug)]
struct Words {
    /// What was too slow.
    what: &'static str,
    /// What to do about a silence.
    again: &'static str,
    /// What to do about the rest.
    again_faster: &'static str,
}

/// Of an upload that is one request.
const WHOLE: Words = Words {
    what: "upload",
    again: "Please send it again.",
    again_faster: "Please send it again over a faster connection.",
};

/// Of a request that adds to an upload.
const ADDING: Words = Words {
    what: "request",
    again: "Please ask where the upload is, and go on there.",
    again_faster: "Please ask where the upload is, and go on there.",
};

/// The time that an upload, or a request that adds to one, has taken so far.
#[derive(Debug)]
pub(in crate::services) struct Pace {
    idle: Duration,
    total: Duration,
    bytes_per_second: u64,
    begun: Instant,
    /// How much of it the client was waited for.
    waited: Duration,
    words: Words,
}

impl Pace {
    /// That of an upload which is one request.
    pub(super) fn begin(limits: &Limits) -> Self {
        Self::of(limits, WHOLE)
    }

    /// That of one of the requests that an upload arrives over.
    pub(in crate::services) fn begin_adding(limits: &Limits) -> Self {
        Self::of(limits, ADDING)
    }

    fn of(limits: &Limits, words: Words) -> Self {
        Self {
            idle: limits.upload_idle,
            total: limits.upload_total,
            bytes_per_second: limits.upload_rate,
            begun: Instant::now(),
            waited: Duration::ZERO,
            words,
        }
    }

    /// What `next` brings, unless the client is too slow; `arrived` bytes have come before.
    ///
    /// # Errors
    ///
    /// [`Problem`] when the client is too slow.
    pub(in crate::services) async fn wait<T>(
        &mut self,
        arrived: u64,
        next: impl Future<Output = T>,
    ) -> Result<T, Problem> {
        let (left, slowness) = self.left(arrived);
        if left.is_zero() {
            return Err(self.problem(slowness));
        }
        let begun = Instant::now();
        let waited = timeout(left, next).await;
        self.waited += begun.elapsed();
        waited.map_err(|_| self.problem(slowness))
    }

    /// How long the next piece may take when `arrived` bytes have come, and what it is when it takes longer.
    fn left(&self, arrived: u64) -> (Duration, Slowness) {
        let total = self.total.saturating_sub(self.begun.elapsed());
        let mut least = (self.idle, Slowness::Silent);
        for other in [
            (total, Slowness::TooLong),
            (self.left_for_bytes(arrived), Slowness::TooFewBytes),
        ] {
            if other.0 < least.0 {
                least = other;
            }
        }
        least
    }

    /// What `arrived` bytes may take: twice the longest silence, and a second for so many bytes.
    fn left_for_bytes(&self, arrived: u64) -> Duration {
        let Some(seconds) = arrived.checked_div(self.bytes_per_second) else {
            return Duration::MAX;
        };
        let allowed = self.idle.saturating_mul(2);
        let allowed = allowed.saturating_add(Duration::from_secs(seconds));
        allowed.saturating_sub(self.waited)
    }

    /// What the client is told.
    fn problem(&self, slowness: Slowness) -> Problem {
        let Words {
            what,
            again,
            again_faster,
        } = &self.words;
        let detail = match slowness {
            Slowness::Silent => format!("The {what} fell silent for too long. {again}"),
            Slowness::TooLong => format!(
                "The {what} took longer than {} seconds. {again_faster}",
                self.total.as_secs()
            ),
            Slowness::TooFewBytes => format!(
                "The {what} brought fewer than {} bytes a second. {again_faster}",
                self.bytes_per_second
            ),
        };
        Problem::new(Code::RequestTimeout, detail).closing_connection()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pace(total_seconds: u64, upload_rate: u64) -> Pace {
        Pace::begin(&Limits {
            upload_idle: Duration::from_secs(30),
            upload_total: Duration::from_secs(total_seconds),
            upload_rate,
            ..Limits::default()
        })
    }

    #[test]
    fn whichever_limit_comes_first_counts() {
        let mut pace = pace(3600, 1024);
        assert_eq!(pace.left(0), (Duration::from_secs(30), Slowness::Silent));
        pace.waited += Duration::from_secs(50);
        let ten = (Duration::from_secs(10), Slowness::TooFewBytes);
        assert_eq!(pace.left(1023), ten);
        assert_eq!(pace.left(20 * 1024).1, Slowness::Silent);
        pace.waited += Duration::from_secs(100);
        assert_eq!(pace.left(1023).0, Duration::ZERO);
    }

    #[test]
    fn many_bytes_are_late_all_the_same() {
        let late = (Duration::ZERO, Slowness::TooLong);
        assert_eq!(pace(0, 1024).left(u64::MAX), late);
    }

    #[test]
    fn without_a_rate_few_bytes_are_enough() {
        let mut pace = pace(3600, 0);
        pace.waited += Duration::from_secs(3000);
        assert_eq!(pace.left(1).1, Slowness::Silent);
    }
}
