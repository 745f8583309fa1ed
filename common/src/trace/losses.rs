//! What is said of spans that do not reach the collector: little, for nothing else suffers.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// One line is written in so long at most.
const PAUSE: Duration = Duration::from_secs(60);

/// Why spans are lost, and how many of them nobody was told of.
#[derive(Debug, Default)]
pub(super) struct Losses(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    reason: String,
    spans: usize,
    told_at: Option<Instant>,
}

impl Losses {
    /// The collector did not take what was sent; it may be sent again.
    pub(super) fn refused(&self, reason: String) {
        self.lock().reason = reason;
    }

    /// So many spans are lost, which is found out `now`.
    pub(super) fn lost(&self, spans: usize, now: Instant) {
        let mut state = self.lock();
        state.spans += spans;
        let is_recent = |told_at: Instant| now.saturating_duration_since(told_at) < PAUSE;
        if state.told_at.is_some_and(is_recent) {
            return;
        }
        state.told_at = Some(now);
        let spans = std::mem::take(&mut state.spans);
        let reason = match state.reason.as_str() {
            "" => "it did not answer in time".to_owned(),
            reason => reason.to_owned(),
        };
        drop(state);
        tracing::warn!(
            spans,
            "traces are incomplete, for the collector at OTEL_EXPORTER_OTLP_ENDPOINT takes no spans: {reason}; \
             nothing else is affected"
        );
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_goes_on_while_nothing_is_said() {
        let losses = Losses::default();
        let now = Instant::now();
        losses.refused("connection refused".to_owned());
        for spans in [3, 4, 5] {
            losses.lost(spans, now);
        }
        assert_eq!(losses.lock().spans, 9);
        losses.lost(1, now + PAUSE);
        assert_eq!(losses.lock().spans, 0);
    }
}
