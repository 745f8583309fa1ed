//! What an operator set for a queue.

use mongodb::Collection;
use mongodb::bson::{Document, doc};

use crate::compat;
use crate::error::{Context, Error};
use crate::model::field as f;
use crate::operator::QueueLimits;

/// What workers heed of a queue's settings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct QueueState {
    pub(crate) paused: bool,
    pub(crate) limits: QueueLimits,
}

pub(crate) async fn read(queues: &Collection<Document>, queue: &str) -> Result<QueueState, Error> {
    let found = queues
        .find_one(doc! { f::ID: queue })
        .await
        .context("read a queue's settings")?;
    let Some(document) = found else {
        return Ok(QueueState::default());
    };
    let limits = document.get("limits").cloned();
    Ok(QueueState {
        paused: document.get_bool("paused").unwrap_or(false),
        limits: limits
            .and_then(|limits| compat::from_bson(limits).ok())
            .unwrap_or_default(),
    })
}
