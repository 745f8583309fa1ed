//! Lists running workers.

use futures_util::TryStreamExt;
use mongodb::bson::{DateTime, Document, RawDocument, RawDocumentBuf, doc};
use serde::Serialize;

use super::{MAX_TIME, Operator};
use crate::error::{Context, Error};
use crate::indexes::by_id;
use crate::model::lenient::Fields;
use crate::model::{field as f, time};

/// Of a document that does not say when.
const NO_TIME: DateTime = DateTime::from_millis(0);

/// A worker that sent a heartbeat lately.
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
    /// Jobs it holds.
    pub leases: i64,
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
        Self {
            id: fields.id(),
            name,
            queue,
            service: fields.text("service").unwrap_or_default(),
            started_at,
            last_seen,
            leases: fields.integer("leases").unwrap_or(0),
            malformed: (!missing.is_empty())
                .then(|| format!("{} cannot be read", missing.join(", "))),
        }
    }
}

impl Operator {
    /// The running workers of every queue, or of the one asked for.
    ///
    /// # Errors
    ///
    /// [`Error::Database`] when the database fails.
    pub async fn list_workers(&self, queue: Option<&str>) -> Result<Vec<WorkerRecord>, Error> {
        const OPERATION: &str = "list workers";
        let filter = queue.map_or_else(Document::new, |queue| doc! { f::QUEUE: queue });
        let workers = self.collections.raw_workers(&self.db);
        let find = workers.find(filter).sort(by_id()).max_time(MAX_TIME);
        let found = find.await.context(OPERATION)?;
        let found: Vec<RawDocumentBuf> = found.try_collect().await.context(OPERATION)?;
        Ok(found
            .iter()
            .map(|raw| WorkerRecord::from_raw(raw))
            .collect())
    }
}
