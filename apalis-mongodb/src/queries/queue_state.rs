//! What an operator set for a queue.

use std::time::Duration;

use mongodb::Collection;
use mongodb::bson::{Document, doc};

use crate::deadline::within;
use crate::error::Error;
use crate::model::{Parking, QueueLimits, field as f};

/// Claims wait for what is read and written of a queue's settings.
pub(super) const SETTINGS_LIMIT: Duration = Duration::from_secs(5);

/// What workers heed of a queue's settings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct QueueState {
    pub(crate) paused: bool,
    /// Where the queue is parked, with the rate of probing, if its own is not the slower one.
    pub(crate) limits: QueueLimits,
    pub(crate) is_parked: bool,
}

pub(crate) async fn read(queues: &Collection<Document>, queue: &str) -> Result<QueueState, Error> {
    let (queues, filter) = (queues.clone(), doc! { f::ID: queue });
    let reading = async move { queues.find_one(filter).await };
    let found = within(SETTINGS_LIMIT, "read a queue's settings", reading).await?;
    let Some(document) = found else {
        return Ok(QueueState::default());
    };
    let limits = document.get("limits");
    let mut limits = limits
        .and_then(QueueLimits::from_stored)
        .unwrap_or_default();
    let parking = document.get("parked").and_then(Parking::from_stored);
    if let Some(parking) = &parking {
        let probing = parking.rate();
        let own = limits.rate.filter(|own| own.pace() > probing.pace());
        limits.rate = Some(own.unwrap_or(probing));
    }
    Ok(QueueState {
        paused: document.get_bool("paused").unwrap_or(false),
        limits,
        is_parked: parking.is_some(),
    })
}
