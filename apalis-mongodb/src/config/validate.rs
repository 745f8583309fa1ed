//! Which configurations make sense.

use std::time::Duration;

use super::{Collections, Config, validate_queue_name};
use crate::error::Error;

/// Shorter leases expire while a server tidies up.
const SHORTEST_LEASE: Duration = Duration::from_millis(100);
/// Each of them takes memory and is renewed with every heartbeat.
const MOST_IN_FLIGHT: usize = 100_000;
/// A server that is asked more often than that has little time for anything else.
const SHORTEST_INTERVAL: Duration = Duration::from_millis(10);
/// The server takes 255 bytes for the names of a database, which has 63 at most, and of a collection.
const LONGEST_COLLECTION: usize = 190;
/// A worker that died is noticed in a day.
const LONGEST_LEASE: Duration = Duration::from_secs(24 * 60 * 60);

impl Config {
    /// Checks everything. Enqueuing does so, and a worker when it starts.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidQueueName`], or [`Error::InvalidConfig`] with what is wrong and what is right:
    /// a lease of 100 ms to a day, heartbeats in less than a lease, intervals of 10 ms to a day, a
    /// back-off whose factor and jitter are finite numbers, three collections with names that the
    /// server takes.
    pub fn validate(&self) -> Result<(), Error> {
        validate_queue_name(&self.queue)?;
        let lease = self.lease_duration;
        if !(SHORTEST_LEASE..=LONGEST_LEASE).contains(&lease) {
            return invalid(format!(
                "a lease of {lease:?}: it has to be {SHORTEST_LEASE:?} to a day"
            ));
        }
        let heartbeat = self.heartbeat();
        if heartbeat < SHORTEST_INTERVAL || heartbeat >= lease {
            return invalid(format!(
                "a heartbeat every {heartbeat:?}: it has to come within the lease of {lease:?}, better three \
                 times, and not more often than every {SHORTEST_INTERVAL:?}"
            ));
        }
        let polls = self.poll_interval.unwrap_or(lease);
        for (interval, name) in [(self.sweep_interval, "sweep"), (polls, "poll")] {
            if !(SHORTEST_INTERVAL..=LONGEST_LEASE).contains(&interval) {
                return invalid(format!(
                    "a {name} interval of {interval:?}: it has to be {SHORTEST_INTERVAL:?} to a day"
                ));
            }
        }
        if self.max_in_flight > MOST_IN_FLIGHT {
            return invalid(format!(
                "{} jobs in flight: a worker has {MOST_IN_FLIGHT} at most",
                self.max_in_flight
            ));
        }
        validate_collections(&self.collections)?;
        self.retry.validate()
    }
}

fn validate_collections(collections: &Collections) -> Result<(), Error> {
    let Collections {
        jobs,
        workers,
        queues,
    } = collections;
    for name in [jobs, workers, queues] {
        let has_length = (1..=LONGEST_COLLECTION).contains(&name.len());
        if !has_length || name.contains(['$', '\0']) || name.starts_with("system.") {
            return invalid(format!(
                "a collection called {name:?}: it has to be 1 to {LONGEST_COLLECTION} bytes without $ that do not \
                 begin with system."
            ));
        }
    }
    if jobs == workers || jobs == queues || workers == queues {
        return invalid(format!(
            "jobs, workers and queues in the collections {jobs}, {workers} and {queues}: each needs its own"
        ));
    }
    Ok(())
}

fn invalid(what: String) -> Result<(), Error> {
    Err(Error::InvalidConfig(what))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::RetryStrategy;

    fn is_invalid(config: &Config) -> bool {
        matches!(config.validate(), Err(Error::InvalidConfig(_)))
    }

    #[test]
    fn the_defaults_are_valid_with_any_lease_that_is() {
        for lease in [SHORTEST_LEASE, Duration::from_secs(3), LONGEST_LEASE] {
            let config = Config::new("test").lease_duration(lease);
            assert!(config.validate().is_ok(), "{lease:?}");
        }
    }

    #[test]
    fn what_cannot_work_is_refused() {
        let config = || Config::new("test");
        let second = Duration::from_secs(1);
        assert!(is_invalid(&config().lease_duration(Duration::ZERO)));
        assert!(is_invalid(&config().lease_duration(Duration::MAX)));
        assert!(is_invalid(
            &config().lease_duration(second).heartbeat_interval(second)
        ));
        assert!(is_invalid(&config().heartbeat_interval(Duration::ZERO)));
        assert!(is_invalid(&config().sweep_interval(Duration::ZERO)));
        assert!(is_invalid(&config().poll_interval(Duration::ZERO)));
        assert!(is_invalid(&config().poll_interval(Duration::MAX)));
        let nano = Duration::from_nanos(1);
        assert!(is_invalid(&config().heartbeat_interval(nano)));
        assert!(is_invalid(&config().sweep_interval(nano)));
        assert!(is_invalid(&config().poll_interval(nano)));
        assert!(is_invalid(&config().concurrency(usize::MAX)));
    }

    #[test]
    fn collections_that_cannot_be_or_are_one_are_refused() {
        let config = || Config::new("test");
        for name in ["", "$jobs", "jobs\0", "system.jobs", &"j".repeat(191)] {
            assert!(is_invalid(&config().jobs_collection(name)), "{name:?}");
        }
        assert!(is_invalid(&config().workers_collection("apalis_jobs")));
        assert!(is_invalid(&config().queues_collection("apalis_workers")));
        assert!(config().jobs_collection("emails.jobs").validate().is_ok());
    }

    #[test]
    fn a_back_off_that_is_no_number_is_refused() {
        for (factor, jitter) in [
            (f64::NAN, 0.1),
            (2.0, f64::INFINITY),
            (2.0, -0.1),
            (2.0, 1.5),
        ] {
            let strategy = RetryStrategy::Exponential {
                base: Duration::from_secs(1),
                factor,
                max: Duration::MAX,
                jitter,
            };
            assert!(is_invalid(&Config::new("test").retry(strategy)));
        }
    }
}
