//! Changes of documents in the order in which the database made them, with positions that every process understands.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use apalis_mongodb::Collections as QueueCollections;
use mongodb::bson::{Document, Timestamp, doc, serialize_to_bson};
use mongodb::change_stream::ChangeStream;
use mongodb::change_stream::event::{ChangeStreamEvent, ResumeToken};

use super::{OPERATION_LIMIT, Store, StoreError, collection};
use crate::id::FileId;
use crate::queue::{Job, ValidateUpload};

/// How long the server holds an idle `getMore` open.
const MAX_AWAIT: Duration = Duration::from_secs(5);

/// How long a position may be; those of MongoDB have some 150 characters.
const MAX_POSITION_CHARS: usize = 512;

/// What a position begins with: a timestamp, in MongoDB's order-preserving form.
const TIMESTAMP: &str = "82";

/// How many characters the timestamp has, what it begins with included.
const TIMESTAMP_CHARS: usize = TIMESTAMP.len() + 16;

/// A place in the order of all changes: the data of a resume token of a change stream, which compare as texts.
///
/// It is the same in every process, and no secret: whoever was told of a document may keep the place of that change.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position(Arc<str>);

/// Why a text is no position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be the id of an event")]
pub struct ParsePositionError;

impl Position {
    /// The place after everything that was written up to `time`.
    fn after(time: Timestamp) -> Self {
        let next = time.increment.saturating_add(1);
        Self(format!("{TIMESTAMP}{:08X}{next:08X}", time.time).into())
    }

    fn of(token: &ResumeToken) -> Option<Self> {
        let token = serialize_to_bson(token).ok()?;
        token.as_document()?.get_str("_data").ok()?.parse().ok()
    }

    /// When the change was made that it is the place of, by the clock of the database.
    fn time(&self) -> Timestamp {
        let part = |from: usize| {
            let digits = self.0.get(from..from + 8).unwrap_or_default();
            u32::from_str_radix(digits, 16).unwrap_or(0)
        };
        Timestamp {
            time: part(TIMESTAMP.len()),
            increment: part(TIMESTAMP.len() + 8),
        }
    }

    /// The earliest place `age` before this one.
    #[must_use]
    pub fn earlier(&self, age: Duration) -> Self {
        let seconds = u32::try_from(age.as_secs()).unwrap_or(u32::MAX);
        Self::after(Timestamp {
            time: self.time().time.saturating_sub(seconds),
            increment: 0,
        })
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Position {
    type Err = ParsePositionError;

    fn from_str(text: &str) -> Result<Self, ParsePositionError> {
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'A'..=b'F');
        let has_time = (TIMESTAMP_CHARS..=MAX_POSITION_CHARS).contains(&text.len());
        if has_time && text.starts_with(TIMESTAMP) && text.bytes().all(is_digit) {
            Ok(Self(text.into()))
        } else {
            Err(ParsePositionError)
        }
    }
}

/// Reads the changes of documents, one after the other.
#[derive(Debug)]
pub struct FileChanges {
    store: Store,
    stream: ChangeStream<ChangeStreamEvent<Document>>,
}

/// How far the changes are read.
#[derive(Clone, Debug)]
pub struct FileChange {
    /// The document that was changed, or whose job died or was cancelled; none when nothing was for some seconds.
    pub file_id: Option<FileId>,
    /// Everything up to here is read.
    pub position: Position,
}

impl Store {
    /// The place after everything that was written before.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn present_position(&self) -> Result<Position, StoreError> {
        let limit = i64::try_from(OPERATION_LIMIT.as_millis()).unwrap_or(i64::MAX);
        let answer = self
            .database
            .run_command(doc! { "ping": 1, "maxTimeMS": limit })
            .await
            .map_err(StoreError::database("ask for the present position"))?;
        // A replica set says so with every answer; without, the oldest place makes readers begin anew.
        let time = answer.get_timestamp("operationTime");
        let nothing = Timestamp {
            time: 0,
            increment: 0,
        };
        Ok(Position::after(time.unwrap_or(nothing)))
    }

    /// Reads the changes of documents from `since` on. A change at that very time may come again.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`], also when the database does not remember that time any more.
    pub async fn file_changes(&self, since: &Position) -> Result<FileChanges, StoreError> {
        let stream = self
            .database
            .watch()
            .pipeline(pipeline())
            .start_at_operation_time(since.time())
            .max_await_time(MAX_AWAIT)
            .await
            .map_err(StoreError::database("listen to changes of documents"))?;
        Ok(FileChanges {
            store: self.clone(),
            stream,
        })
    }
}

impl FileChanges {
    /// The next change, or after some seconds without one the place until which there was none. `None` when there
    /// will be no more. It must not be dropped half-way.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; the changes are then to be read anew from the last position.
    pub async fn next(&mut self) -> Result<Option<FileChange>, StoreError> {
        loop {
            let event = self.stream.next_if_any().await;
            let event = event.map_err(StoreError::database("listen to changes of documents"))?;
            let Some(event) = event else {
                if !self.stream.is_alive() {
                    return Ok(None);
                }
                let token = self.stream.resume_token();
                let Some(position) = token.as_ref().and_then(Position::of) else {
                    continue;
                };
                return Ok(Some(FileChange {
                    file_id: None,
                    position,
                }));
            };
            let changed = changed(&self.store, &event).await?;
            if let (Some(file_id), Some(position)) = (changed, Position::of(&event.id)) {
                return Ok(Some(FileChange {
                    file_id: Some(file_id),
                    position,
                }));
            }
        }
    }
}

/// The document that an event is about.
async fn changed(
    store: &Store,
    event: &ChangeStreamEvent<Document>,
) -> Result<Option<FileId>, StoreError> {
    let key = event.document_key.as_ref();
    let Some(id) = key.and_then(|key| key.get_str("_id").ok()) else {
        return Ok(None);
    };
    let of = event.ns.as_ref().and_then(|ns| ns.coll.as_deref());
    if of == Some(collection::FILES) {
        return Ok(id.parse().ok());
    }
    let job = store.find_job(id).await?;
    let job = job.filter(|job| job.queue == ValidateUpload::QUEUE);
    let payload = job.as_ref().and_then(|job| job.payload.as_document());
    let file_id = payload.and_then(|payload| payload.get_str("file_id").ok());
    Ok(file_id.and_then(|id| id.parse().ok()))
}

/// Every change of a document, and every job that died or was cancelled; without what was written.
fn pipeline() -> [Document; 2] {
    let of_files = doc! {
        "ns.coll": collection::FILES,
        "operationType": { "$in": ["insert", "update", "replace", "delete"] },
    };
    let of_jobs = doc! {
        "ns.coll": QueueCollections::default().jobs,
        "operationType": "update",
        "updateDescription.updatedFields.status": { "$in": ["Failed", "Killed"] },
    };
    [
        doc! { "$match": { "$or": [of_files, of_jobs] } },
        doc! { "$project": { "documentKey": 1, "ns": 1, "operationType": 1 } },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_in_the_order_of_their_times() {
        let at = |time, increment| Position::after(Timestamp { time, increment });
        let (one, next) = (at(1_700_000_000, 1), at(1_700_000_000, 2));
        assert!(one < next && next < at(1_700_000_001, 0));
        // A change at the next time comes after the place that is before it.
        let change: Position = format!("{next}2B0229296E04").parse().unwrap();
        assert!(next < change && change < at(1_700_000_000, 3));
        assert_eq!(change.time(), next.time());
        let minute = Duration::from_secs(60);
        assert_eq!(one.earlier(minute), at(1_699_999_940, 0));
    }

    #[test]
    fn nothing_else_is_a_position() {
        for bad in [
            "",
            "82",
            "8267A1",
            "8367A1B2C300000001",
            "8267a1b2c300000001",
            "8267A1B2C30000000\n",
            "82é7A1B2C300000001",
        ] {
            assert_eq!(bad.parse::<Position>(), Err(ParsePositionError), "{bad}");
        }
        let long = format!("82{}", "0".repeat(MAX_POSITION_CHARS));
        assert!(long.parse::<Position>().is_err());
    }
}
