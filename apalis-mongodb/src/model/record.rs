//! A job as operators and programs see it.

use std::collections::BTreeMap;

use mongodb::bson::{Bson, DateTime, RawDocument};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::job::{MetadataEntry, StoredAttempt, StoredLine};
use super::lenient::{Fields, count};
use super::{AttemptRecord, JobDocument, JobState, JobSummary, LogLine, field as f, time};
use crate::compat;

/// A job with its whole history. Serialises with RFC 3339 instants in milliseconds.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct JobRecord {
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
    /// Its payload as stored.
    #[serde(serialize_with = "payload")]
    pub payload: Bson,
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
    /// What the handler returned, if results are kept.
    #[serde(serialize_with = "optional_payload")]
    pub result: Option<Bson>,
    /// Its attempts, oldest first.
    pub history: Vec<AttemptRecord>,
    /// What the handler last reported.
    #[serde(serialize_with = "optional_payload")]
    pub progress: Option<Bson>,
    /// The last lines the handler wrote.
    pub log: Vec<LogLine>,
    /// Key that is unique while the job lives.
    pub unique_key: Option<String>,
    /// Key that is unique until the job is removed.
    pub idempotency_key: Option<String>,
    /// Whatever the enqueuer attached.
    pub metadata: BTreeMap<String, String>,
}

impl JobRecord {
    pub(crate) fn from_document(job: JobDocument, now: DateTime) -> Self {
        Self {
            state: JobState::from_stored(job.status, job.run_at, now),
            id: job.id,
            queue: job.queue,
            malformed: None,
            payload: job.args,
            priority: job.priority,
            attempts: count(job.attempts.into()),
            max_attempts: count(job.max_attempts.into()),
            crashes: count(job.crashes.into()),
            run_at: job.run_at,
            created_at: job.created_at,
            started_at: job.started_at,
            finished_at: job.finished_at,
            worker: job.worker,
            lease_until: job.lease_until,
            last_error: job.last_error,
            result: job.result,
            history: job.history.into_iter().map(attempt).collect(),
            progress: job.progress,
            log: job.log.into_iter().map(line).collect(),
            unique_key: job.unique_key,
            idempotency_key: job.idempotency_key,
            metadata: job.metadata.into_iter().map(|e| (e.k, e.v)).collect(),
        }
    }

    /// What can be read of a document that is no job for `reason`.
    pub(crate) fn malformed(raw: &RawDocument, reason: String, now: DateTime) -> Self {
        let summary = JobSummary::from_raw(raw, now);
        let fields = Fields(raw);
        let metadata = readable(fields.list(f::METADATA)).into_iter();
        Self {
            id: summary.id,
            queue: summary.queue,
            state: JobState::Malformed,
            malformed: Some(reason),
            payload: fields.value(f::ARGS).unwrap_or(Bson::Null),
            priority: summary.priority,
            attempts: summary.attempts,
            max_attempts: summary.max_attempts,
            crashes: summary.crashes,
            run_at: summary.run_at,
            created_at: summary.created_at,
            started_at: summary.started_at,
            finished_at: summary.finished_at,
            worker: summary.worker,
            lease_until: summary.lease_until,
            last_error: summary.last_error,
            result: fields.value(f::RESULT),
            history: readable(fields.list(f::HISTORY))
                .into_iter()
                .map(attempt)
                .collect(),
            progress: fields.value(f::PROGRESS),
            log: readable(fields.list(f::LOG))
                .into_iter()
                .map(line)
                .collect(),
            unique_key: summary.unique_key,
            idempotency_key: summary.idempotency_key,
            metadata: metadata.map(|e: MetadataEntry| (e.k, e.v)).collect(),
        }
    }
}

/// Those of the elements of a malformed document's list that can be read.
fn readable<T: DeserializeOwned>(list: Vec<Bson>) -> Vec<T> {
    list.into_iter()
        .filter_map(|element| compat::from_bson(element).ok())
        .collect()
}

fn attempt(stored: StoredAttempt) -> AttemptRecord {
    AttemptRecord {
        attempt: count(stored.attempt),
        worker: stored.worker,
        due_at: stored.due_at,
        started_at: stored.started_at,
        finished_at: stored.finished_at,
        outcome: stored.outcome,
        error: stored.error,
    }
}

fn line(stored: StoredLine) -> LogLine {
    LogLine {
        at: stored.at,
        attempt: count(stored.attempt),
        line: stored.line,
    }
}

/// Plain JSON where the value has a JSON form, extended JSON where it has none.
fn payload<S: serde::Serializer>(value: &Bson, serializer: S) -> Result<S::Ok, S::Error> {
    value.serialize(serializer)
}

fn optional_payload<S: serde::Serializer>(
    value: &Option<Bson>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => payload(value, serializer),
        None => serializer.serialize_none(),
    }
}
