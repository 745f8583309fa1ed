//! What a worker waits for after a round.

use std::time::Duration;

use super::take::Taken;
use crate::model::QueueLimits;
use crate::runtime::hub::Hub;

/// A queue with its limit of running jobs is tried again this soon.
const LIMITED_PAUSE: Duration = Duration::from_millis(200);
/// A queue whose rate limit was lifted meanwhile.
const SHORT_PAUSE: Duration = Duration::from_millis(50);
/// Workers that met at the same jobs wait up to so long, each another while.
const CONTENDED_PAUSE: Duration = Duration::from_millis(3);

/// How long to wait after a round that claimed nothing.
pub(super) fn pause_after(taken: &Taken, limits: &QueueLimits) -> Duration {
    if taken.granted == 0 {
        // Each worker another while, or the one that had the last start would have the next one, too.
        let pace = limits.pace().unwrap_or(SHORT_PAUSE);
        pace.mul_f64(1.0 - rand::random::<f64>() / 2.0)
    } else if limits.max_running.is_some() {
        LIMITED_PAUSE
    } else {
        CONTENDED_PAUSE.mul_f64(rand::random())
    }
}

/// What ends the pause after a round, unless a wake-up does.
pub(super) enum Wait {
    Wake,
    Suspect,
    Time(Duration),
}

impl Wait {
    pub(super) async fn over(self, hub: &Hub) {
        match self {
            Self::Wake => std::future::pending().await,
            Self::Suspect => hub.suspect_ended().await,
            Self::Time(time) => tokio::time::sleep(time).await,
        }
    }
}
