//! Randomness, as a parameter.

use std::sync::{Arc, Mutex, PoisonError};

use mongodb::bson::DateTime;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use ulid::Ulid;

/// Where random bytes come from: the operating system, or a test's seed.
#[derive(Clone, Debug, Default)]
pub struct Entropy(Source);

#[derive(Clone, Default)]
enum Source {
    #[default]
    System,
    Seeded(Arc<Mutex<StdRng>>),
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::System => "System",
            Self::Seeded(_) => "Seeded",
        })
    }
}

impl Entropy {
    /// The operating system's generator.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// The same bytes in every run, for tests alone.
    pub fn seeded(seed: u64) -> Self {
        Self(Source::Seeded(Arc::new(Mutex::new(StdRng::seed_from_u64(
            seed,
        )))))
    }

    /// Fills `bytes`.
    ///
    /// # Panics
    ///
    /// When the operating system has no randomness to give; going on would be unsafe.
    pub fn fill(&self, bytes: &mut [u8]) {
        match &self.0 {
            Source::System => {
                getrandom::fill(bytes).expect("the operating system gives random bytes");
            }
            Source::Seeded(rng) => rng
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .fill_bytes(bytes),
        }
    }

    /// `N` random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    /// A time-sortable identifier for `now`.
    pub fn ulid(&self, now: DateTime) -> Ulid {
        let millis = u64::try_from(now.timestamp_millis()).unwrap_or(0);
        Ulid::from_parts(millis, u128::from_be_bytes(self.bytes()))
    }
}
