//! Minting the token of one download link.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::id::LinkId;
use crate::queue::{Job, QueueSettings, RetryStrategy, doubling};

/// Mints the encrypted token of a download link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MintDownloadToken {
    /// Which link.
    pub link_id: LinkId,
}

impl Job for MintDownloadToken {
    const QUEUE: &'static str = "mint-download-token";
    const MAX_ATTEMPTS: u32 = 8;
    const TIMEOUT: Duration = Duration::from_secs(30);

    fn retry(_settings: &QueueSettings) -> RetryStrategy {
        doubling(Duration::from_millis(100), Duration::from_secs(10))
    }
}
