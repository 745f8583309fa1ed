//! Limits in the memory of one process, in which no number of keys takes more room.

use std::fmt;
use std::hash::{BuildHasher, Hash, RandomState};
use std::num::NonZeroU32;
use std::time::Duration;

use dossier_common::clock::Clock;
use governor::clock;
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};

type Limiter = RateLimiter<u16, HashMapStateStore<u16>, Ticks, NoOpMiddleware<Duration>>;

/// A limit for each of 65,536 buckets, into which keys fall by a hash that nobody can foretell. Two
/// keys in one bucket share its limit, which is rare as long as few keys are over theirs.
pub struct Buckets {
    limiter: Limiter,
    hasher: RandomState,
    clock: Clock,
}

impl fmt::Debug for Buckets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Buckets({} in use)", self.limiter.len())
    }
}

impl Buckets {
    /// `limit` at once for each key, and as many again within each `window`.
    pub fn new(limit: u32, window: Duration, clock: &Clock) -> Self {
        let limit = NonZeroU32::new(limit).unwrap_or(NonZeroU32::MIN);
        let pause = (window / limit.get()).max(Duration::from_nanos(1));
        let quota = Quota::with_period(pause).expect("the pause is not zero");
        let quota = quota.allow_burst(limit);
        Self {
            limiter: Limiter::hashmap_with_clock(quota, Ticks(clock.clone())),
            hasher: RandomState::new(),
            clock: clock.clone(),
        }
    }

    /// Takes one for `key`; how long to wait when there is none.
    ///
    /// # Errors
    ///
    /// The time until there is one.
    pub fn take(&self, key: impl Hash) -> Result<(), Duration> {
        let [high, low, ..] = self.hasher.hash_one(key).to_be_bytes();
        let taken = self.limiter.check_key(&u16::from_be_bytes([high, low]));
        taken.map_err(|until| until.wait_time_from(time(&self.clock)))
    }
}

/// The process's clock, as the limiter reads it.
#[derive(Clone, Debug)]
struct Ticks(Clock);

impl clock::Clock for Ticks {
    type Instant = Duration;

    fn now(&self) -> Duration {
        time(&self.0)
    }
}

fn time(clock: &Clock) -> Duration {
    let millis = u64::try_from(clock.now().timestamp_millis()).unwrap_or(0);
    Duration::from_millis(millis)
}

#[cfg(test)]
mod tests {
    use mongodb::bson::DateTime;

    use super::*;

    #[test]
    fn a_key_gets_its_number_and_then_one_after_another() {
        let clock = Clock::manual(DateTime::from_millis(4_102_444_800_000));
        let buckets = Buckets::new(3, Duration::from_secs(60), &clock);
        for _ in 0..3 {
            assert_eq!(buckets.take("ada"), Ok(()));
        }
        assert_eq!(buckets.take("ada"), Err(Duration::from_secs(20)));
        clock.advance(Duration::from_secs(20));
        assert_eq!(buckets.take("ada"), Ok(()));
        assert!(buckets.take("ada").is_err());
    }

    #[test]
    fn a_million_keys_take_the_room_of_65_536() {
        let clock = Clock::manual(DateTime::from_millis(0));
        let buckets = Buckets::new(1, Duration::from_secs(60), &clock);
        let refused = (0..1_000_000).filter(|key| buckets.take(key).is_err());
        assert!(refused.count() >= 1_000_000 - 65_536);
        assert!(buckets.limiter.len() <= 65_536);
    }
}
