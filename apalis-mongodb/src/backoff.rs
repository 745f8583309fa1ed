//! [`Backoff`]: the pauses between attempts at the store.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};

/// Pauses that double from `first` to `longest`. Each is random between its half and its whole, so that
/// those that failed together do not try again together.
#[derive(Debug)]
pub(crate) struct Backoff {
    first: Duration,
    longest: Duration,
    pauses: ExponentialBackoff,
}

impl Backoff {
    pub(crate) fn new(first: Duration, longest: Duration) -> Self {
        // What is random is added to these.
        let pauses = ExponentialBuilder::new()
            .with_min_delay(first / 2)
            .with_max_delay(longest / 2)
            .with_jitter()
            .without_max_times()
            .build();
        Self {
            first,
            longest,
            pauses,
        }
    }

    /// How long to wait after one more failure.
    pub(crate) fn pause(&mut self) -> Duration {
        self.pauses.next().unwrap_or(self.longest)
    }

    /// Begins anew, after a success.
    pub(crate) fn reset(&mut self) {
        *self = Self::new(self.first, self.longest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest_and_begin_anew_after_a_success() {
        let ms = Duration::from_millis;
        let mut backoff = Backoff::new(ms(100), ms(1000));
        for _ in 0..2 {
            for whole in [100, 200, 400, 800, 1000, 1000].map(ms) {
                let pause = backoff.pause();
                assert!(
                    (whole / 2..=whole).contains(&pause),
                    "{pause:?} of {whole:?}"
                );
            }
            backoff.reset();
        }
    }
}
