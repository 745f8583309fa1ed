//! A job as lists show it.

use mongodb::bson::{DateTime, Document, RawDocument, doc};
use serde::Serialize;

use super::lenient::Fields;
use super::{JobState, Status, field as f, shape, time};

const FAULTS: &str = "faults";
/// Longer than any text this crate stores; a document of another program may have a longer one.
const LONGEST_ERROR: i32 = 5000;
/// Of a document that does not say when.
const NO_TIME: DateTime = DateTime::from_millis(0);

/// A job without its payload, result, history, log, progress and metadata, which are not read from
/// the database for a list; [`Operator::find_job`](crate::Operator::find_job) has them. Serialises
/// with RFC 3339 instants in milliseconds.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct JobSummary {
    /// The job's id; that of a malformed document, if it is not a string, is shown as canonical
    /// extended JSON, and found by that.
    pub id: String,
    /// The queue it belongs to.
    pub queue: String,
    /// Its state at the time of reading.
    pub state: JobState,
    /// Why the document is no job, if it is [`JobState::Malformed`]. The other fields then say what
    /// can be read; one that cannot is empty, 0 or the beginning of 1970.
    pub malformed: Option<String>,
    /// Higher runs first.
    pub priority: i32,
    /// Attempts started; crashes and releases are not counted.
    pub attempts: u32,
    /// Attempts it has in all.
    pub max_attempts: u32,
    /// Leases that expired under it.
    pub crashes: u32,
    /// When it may run, or was due.
    #[serde(serialize_with = "time::required")]
    pub run_at: DateTime,
    /// When it was enqueued.
    #[serde(serialize_with = "time::required")]
    pub created_at: DateTime,
    /// When the last attempt was claimed.
    #[serde(serialize_with = "time::optional")]
    pub started_at: Option<DateTime>,
    /// When it reached a final state.
    #[serde(serialize_with = "time::optional")]
    pub finished_at: Option<DateTime>,
    /// The worker that holds it: `name@instance`.
    pub worker: Option<String>,
    /// Until when that worker holds it.
    #[serde(serialize_with = "time::optional")]
    pub lease_until: Option<DateTime>,
    /// The text of the last error; of a job that is done, why it was skipped.
    pub last_error: Option<String>,
    /// Key that is unique while the job lives.
    pub unique_key: Option<String>,
    /// Key that is unique until the job is removed.
    pub idempotency_key: Option<String>,
}

impl JobSummary {
    /// What has to be read of a document for [`JobSummary::from_raw`].
    pub(crate) fn projection() -> Document {
        let error = f::path(f::LAST_ERROR);
        let is_text = doc! { "$eq": [{ "$type": &error }, "string"] };
        let cut = doc! { "$substrCP": [&error, 0, LONGEST_ERROR] };
        let mut fields = doc! {
            FAULTS: shape::faults(),
            f::LAST_ERROR: { "$cond": [is_text, cut, "$$REMOVE"] },
        };
        for field in [
            f::QUEUE,
            f::STATUS,
            f::PRIORITY,
            f::ATTEMPTS,
            f::MAX_ATTEMPTS,
            f::CRASHES,
            f::RUN_AT,
            f::CREATED_AT,
            f::STARTED_AT,
            f::FINISHED_AT,
            f::WORKER,
            f::LEASE_UNTIL,
            f::UNIQUE_KEY,
            f::IDEMPOTENCY_KEY,
        ] {
            fields.insert(field, 1);
        }
        fields
    }

    /// What was read by [`JobSummary::projection`]; never fails, whatever it is.
    pub(crate) fn from_raw(raw: &RawDocument, now: DateTime) -> Self {
        let fields = Fields(raw);
        let malformed = faults(raw);
        let run_at = fields.date(f::RUN_AT).unwrap_or(NO_TIME);
        let status = fields.text(f::STATUS).and_then(|it| Status::parse(&it));
        let state = match (&malformed, status) {
            (None, Some(status)) => JobState::from_stored(status, run_at, now),
            _ => JobState::Malformed,
        };
        Self {
            id: fields.id(),
            queue: fields.text(f::QUEUE).unwrap_or_default(),
            state,
            malformed,
            priority: priority(fields),
            attempts: fields.count(f::ATTEMPTS),
            max_attempts: fields.count(f::MAX_ATTEMPTS),
            crashes: fields.count(f::CRASHES),
            run_at,
            created_at: fields.date(f::CREATED_AT).unwrap_or(NO_TIME),
            started_at: fields.date(f::STARTED_AT),
            finished_at: fields.date(f::FINISHED_AT),
            worker: fields.text(f::WORKER),
            lease_until: fields.date(f::LEASE_UNTIL),
            last_error: fields.text(f::LAST_ERROR),
            unique_key: fields.text(f::UNIQUE_KEY),
            idempotency_key: fields.text(f::IDEMPOTENCY_KEY),
        }
    }
}

/// Why the document is no job, if it is none; of a document read by [`JobSummary::projection`].
pub(crate) fn faults(raw: &RawDocument) -> Option<String> {
    let faults = Fields(raw).list(FAULTS);
    let faults: Vec<&str> = faults.iter().filter_map(|fault| fault.as_str()).collect();
    (!faults.is_empty()).then(|| faults.join("; "))
}

pub(super) fn priority(fields: Fields<'_>) -> i32 {
    let stored = fields.integer(f::PRIORITY).unwrap_or(0);
    i32::try_from(stored).unwrap_or(if stored < 0 { i32::MIN } else { i32::MAX })
}
