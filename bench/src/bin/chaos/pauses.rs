//! Pauses of the machine, in which nobody on it does anything.

use std::convert::Infallible;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::record::{Occurrence, Record};

/// So often is looked whether time went by unnoticed.
const TICK: Duration = Duration::from_millis(50);

/// Who wakes up later than that by less was not paused; the machine was busy.
const NOISE: Duration = Duration::from_millis(250);

/// Records them.
pub(crate) async fn watch(record: Record) -> Infallible {
    loop {
        let since = Instant::now();
        sleep(TICK).await;
        let late = since.elapsed().saturating_sub(TICK);
        if late > NOISE {
            let millis = i64::try_from(late.as_millis()).unwrap_or(i64::MAX);
            record.add(Occurrence::MachinePaused { millis });
        }
    }
}
