//! Lists workers.

use futures_util::TryStreamExt;
use mongodb::bson::{DateTime, Document, RawDocument, RawDocumentBuf, doc};
use serde::Serialize;

use super::{MAX_TIME, Operator, WorkerState};
use crate::error::{Context, Error};
use crate::indexes::by_id;
use crate::model::lenient::Fields;
use crate::model::{field as f, time};
use crate::queries::workers::FORGOTTEN_AFTER_LEASES;

/// Of a document that does not say when.
const NO_TIME: DateTime = DateTime::from_millis(0);

const NOW: &str = "now";

/// A worker that sends heartbeats, or has sent one within its last ten leases.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct WorkerRecord {
    /// `name@instance`; every start has an instance of its own.
    pub id: String,
    /// The name given to its builder.
    pub name: String,
    /// The queue it takes jobs from.
    pub queue: String,
    /// Its layers and handler, as apalis names them.
    pub service: String,
    /// When it started.
    #[serde(serialize_with = "time::required")]
    pub started_at: DateTime,
    /// Its last heartbeat.
    #[serde(serialize_with = "time::required")]
    pub last_seen: DateTime,
    /// Whether it takes jobs, stops, or is gone without a word.
    pub state: WorkerState,
    /// When it was told to stop, if it was.
    #[serde(serialize_with = "time::optional")]
    pub draining_since: Option<DateTime>,
    /// Jobs it held at its last heartbeat.
    pub leases: i64,
    /// Those of them that a handler had; `None` of a worker of an older version.
    pub running: Option<i64>,
    /// Those of them that waited in its buffer; `None` of a worker of an older version.
    pub buffered: Option<i64>,
    /// Why the document is not a worker's, if it is none. The other fields then say what can be
    /// read; one that cannot is empty, 0 or the beginning of 1970.
    pub malformed: Option<String>,
}

impl WorkerRecord {
    fn from_raw(raw: &RawDocument) -> Self {
        let fields = Fields(raw);
        let mut missing = Vec::new();
        let mut text = |field: &'static str| {
            let text = fields.text(field);
            if text.is_none() {
                missing.push(field);
            }
            text.unwrap_or_default()
        };
        text(f::ID);
        let (name, queue) = (text("name"), text(f::QUEUE));
        let mut date = |field: &'static str| {
            let date = fields.date(field);
            if date.is_none() {
                missing.push(field);
            }
            date.unwrap_or(NO_TIME)
        };
        let (started_at, last_seen) = (date(f::STARTED_AT), date(f::LAST_SEEN));
        let draining_since = fields.date(f::DRAINING_SINCE);
        let leases = fields.integer(f::LEASES).unwrap_or(0);
        let running = fields.integer(f::RUNNING);
        Self {
            id: fields.id(),
            name,
            queue,
            service: fields.text("service").unwrap_or_default(),
            started_at,
            last_seen,
            state: match (is_silent(fields, last_seen), draining_since) {
                (true, _) => WorkerState::Dead,
                (false, Some(_)) => WorkerState::Draining,
                (false, None) => WorkerState::Alive,
            },
            draining_since,
            leases,
            running,
            buffered: running.map(|running| leases.saturating_sub(running).max(0)),
            malformed: (!missing.is_empty())
                .then(|| format!("{} cannot be read", missing.join(", "))),
        }
    }
}

/// Whether a worker has sent no heartbeat for its whole lease, which its document tells by when it
/// is forgotten.
fn is_silent(fields: Fields<'_>, last_seen: DateTime) -> bool {
    let (Some(now), Some(forgotten_at)) = (fields.date(NOW), fields.date(f::EXPIRE_AT)) else {
        return true;
    };
    let lease = time::between(last_seen, forgotten_at) / i64::from(FORGOTTEN_AFTER_LEASES);
    time::between(last_seen, now) > lease
}

impl Operator {
    /// The workers of every queue, or of the one asked for: those that live, and those that have been
    /// gone without a word for no longer than ten leases.
    ///
    /// # Errors
    ///
    /// [`Error::Database`] when the database fails.
    pub async fn list_workers(&self, queue: Option<&str>) -> Result<Vec<WorkerRecord>, Error> {
        const OPERATION: &str = "list workers";
        let filter = queue.map_or_else(Document::new, |queue| doc! { f::QUEUE: queue });
        let mut fields = doc! { NOW: "$$NOW" };
        for field in [
            "name",
            f::QUEUE,
            "service",
            f::STARTED_AT,
            f::LAST_SEEN,
            f::EXPIRE_AT,
            f::DRAINING_SINCE,
            f::LEASES,
            f::RUNNING,
        ] {
            fields.insert(field, 1);
        }
        let workers = self.collections.raw_workers(&self.db);
        let find = workers.find(filter).projection(fields).sort(by_id());
        let found = find.max_time(MAX_TIME).await.context(OPERATION)?;
        let found: Vec<RawDocumentBuf> = found.try_collect().await.context(OPERATION)?;
        Ok(found
            .iter()
            .map(|raw| WorkerRecord::from_raw(raw))
            .collect())
    }
}
