//! How far the workers of a busy queue have come together.
//!
//! Workers that look for jobs at the same time find the same ones. Only one of them gets each, so
//! nothing goes wrong, but the others looked in vain. Where that happens the workers take turns: each
//! moves the queue's frontier over the jobs it is about to claim, and whoever comes next begins
//! behind them. The frontier is advice. A job that nobody claims though the frontier has passed it is
//! found by the next look at the head of the queue, and a claim is fenced whoever was advised what.

use std::time::Duration;

use mongodb::Collection;
use mongodb::bson::oid::ObjectId;
use mongodb::bson::{Bson, DateTime, Document, doc};
use mongodb::options::WriteConcern;
use serde::{Deserialize, Serialize};

use super::place::Place;
use crate::compat;
use crate::error::{Context, Error, is_duplicate_key};
use crate::model::{field as f, time};

const FRONTIER: &str = "frontier";
const TURN: &str = "frontier.turn";

/// A frontier that nobody has moved for this long is nobody's.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(1);

/// A queue's frontier. Times are the server's, as its workers know it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Frontier {
    /// Whoever moves the frontier gives it a new one and expects the one it saw.
    pub(crate) turn: ObjectId,
    /// The last place that somebody is about to claim, or has.
    pub(crate) place: Place,
    /// Where the frontier was at the last look at the head: what waits before that was left behind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) passed: Option<Place>,
    /// When somebody last looked at the head.
    pub(crate) head_at: DateTime,
    pub(crate) moved_at: DateTime,
}

impl Frontier {
    /// A frontier at `place`, after a look at the head.
    pub(crate) fn new(place: Place, now: DateTime) -> Self {
        Self {
            turn: ObjectId::new(),
            place,
            passed: None,
            head_at: now,
            moved_at: now,
        }
    }

    /// The frontier, moved on to `place`.
    pub(crate) fn moved_to(&self, place: Place, now: DateTime) -> Self {
        Self {
            turn: ObjectId::new(),
            place,
            moved_at: now,
            ..self.clone()
        }
    }

    /// The frontier where it is, while its mover looks at the head.
    pub(crate) fn while_at_head(&self, now: DateTime) -> Self {
        Self {
            turn: ObjectId::new(),
            passed: Some(self.place.clone()),
            head_at: now,
            moved_at: now,
            ..self.clone()
        }
    }

    /// How long ago somebody looked at the head.
    pub(crate) fn head_age(&self, now: DateTime) -> Duration {
        let age = now.timestamp_millis() - self.head_at.timestamp_millis();
        Duration::from_millis(u64::try_from(age).unwrap_or(0))
    }

    /// Whether workers take turns by it now.
    pub(crate) fn is_in_use(&self, now: DateTime) -> bool {
        let age = now.timestamp_millis() - self.moved_at.timestamp_millis();
        age.abs() < time::millis(FORGOTTEN_AFTER)
    }
}

/// The frontier of `queue`, if it ever had one.
pub(crate) async fn read(
    queues: &Collection<Document>,
    queue: &str,
) -> Result<Option<Frontier>, Error> {
    let found = queues
        .find_one(doc! { f::ID: queue })
        .projection(doc! { FRONTIER: 1 })
        .await
        .context("read a queue's frontier")?;
    Ok(found
        .and_then(|mut queue| queue.remove(FRONTIER))
        .and_then(|frontier| compat::from_bson(frontier).ok()))
}

/// Puts `next` in the place of `seen`; false if somebody was faster.
pub(crate) async fn advance(
    queues: &Collection<Document>,
    queue: &str,
    seen: Option<&Frontier>,
    next: &Frontier,
) -> Result<bool, Error> {
    let turn = match seen {
        Some(seen) => seen.turn.into(),
        None => Bson::from(doc! { "$exists": false }),
    };
    let filter = doc! { f::ID: queue, TURN: turn };
    let next = compat::to_bson(next).map_err(|e| Error::Codec(Box::new(e)))?;
    let moved = queues
        .update_one(filter, doc! { "$set": { FRONTIER: next } })
        // A queue without settings has no document yet.
        .upsert(seen.is_none())
        // Advice may be lost.
        .write_concern(WriteConcern::nodes(1))
        .await;
    match moved {
        Ok(outcome) => Ok(outcome.matched_count == 1 || outcome.upserted_id.is_some()),
        Err(error) if is_duplicate_key(&error) => Ok(false),
        Err(error) => Err(error).context("move a queue's frontier"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frontier_is_stored_with_instants_and_read_as_it_was() {
        let place = Place::new(3, DateTime::from_millis(1_000), "a");
        let now = DateTime::from_millis(2_000);
        let frontier = Frontier::new(place, now).while_at_head(now);
        let stored = compat::to_bson(&frontier).unwrap();
        let moved_at = stored.as_document().unwrap().get_datetime("moved_at");
        assert_eq!(moved_at.unwrap(), &now);
        assert_eq!(compat::from_bson::<Frontier>(stored).unwrap(), frontier);
    }
}
