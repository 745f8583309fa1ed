//! What is sent and fetched: bytes that nothing compresses.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// A document, and how often it is transferred in a round.
pub(crate) struct Document {
    pub(crate) name: &'static str,
    pub(crate) bytes: bytes::Bytes,
    pub(crate) repeats: u32,
}

impl Document {
    /// So many random bytes, the same in every run.
    pub(crate) fn random(name: &'static str, size: u32, repeats: u32) -> Self {
        let mut bytes = vec![0; usize::try_from(size).unwrap_or(usize::MAX)];
        StdRng::seed_from_u64(u64::from(size)).fill_bytes(&mut bytes);
        Self {
            name,
            bytes: bytes.into(),
            repeats,
        }
    }
}
