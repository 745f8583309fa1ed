//! Taking back one download link.

use std::time::Duration;

use dossier_common::id::LinkId;
use dossier_common::queue::{Job, QueueSettings, RetryStrategy, doubling};
use serde::{Deserialize, Serialize};

/// Takes back a download link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevokeLink {
    /// Which link.
    pub link_id: LinkId,
}

impl Job for RevokeLink {
    const QUEUE: &'static str = "revoke-link";
    const MAX_ATTEMPTS: u32 = 8;
    const TIMEOUT: Duration = Duration::from_secs(30);

    fn retry(_settings: &QueueSettings) -> RetryStrategy {
        doubling(Duration::from_secs(1), Duration::from_secs(60))
    }
}
