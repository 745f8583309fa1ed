//! [`Job`]: what a job is.

use std::fmt::Debug;
use std::time::Duration;

use apalis_mongodb::RetryStrategy;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::QueueSettings;

/// A job: its payload, and how its queue treats it.
///
/// The payload carries ids, never secrets, bodies or addresses: it is stored, and operators see it.
/// Its form is frozen, because a job enqueued by one version runs on the next.
pub trait Job: Serialize + DeserializeOwned + Debug + Send + Sync + Unpin + 'static {
    /// The name of its queue, in kebab-case; frozen.
    const QUEUE: &'static str;

    /// How often it is tried.
    const MAX_ATTEMPTS: u32;

    /// How long one attempt may take unless the operator says otherwise. An attempt that takes
    /// longer has failed.
    const TIMEOUT: Duration;

    /// How long it waits after a failed attempt.
    fn retry(settings: &QueueSettings) -> RetryStrategy;

    /// What kind of job it is, where its queue has more than one: one of few names.
    fn kind(&self) -> &'static str {
        Self::QUEUE
    }

    /// How many of them a worker process runs at once.
    fn at_once(settings: &QueueSettings) -> usize {
        settings.concurrency
    }

    /// How long one attempt may take.
    fn time_limit(settings: &QueueSettings) -> Duration {
        let chosen = settings.time_limits.get(Self::QUEUE).copied();
        chosen.unwrap_or(Self::TIMEOUT)
    }
}

/// A wait that doubles from `first` to `longest`, with a tenth of it random.
pub fn doubling(first: Duration, longest: Duration) -> RetryStrategy {
    RetryStrategy::Exponential {
        base: first,
        factor: 2.0,
        max: longest,
        jitter: 0.1,
    }
}
