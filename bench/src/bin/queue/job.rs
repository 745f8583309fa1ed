//! The job that everybody runs: about 200 bytes, and nothing to do.

use serde::{Deserialize, Serialize};

const PADDING_BYTES: usize = 170;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Job {
    pub(crate) number: u32,
    padding: String,
}

impl Job {
    pub(crate) fn new(number: u32) -> Self {
        Self {
            number,
            padding: "x".repeat(PADDING_BYTES),
        }
    }
}
