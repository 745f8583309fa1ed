//! Which jobs are meant.

use mongodb::bson::{Bson, DateTime, Document, doc};
use serde::{Deserialize, Serialize};

use super::error_class;
use crate::indexes::since_epoch;
use crate::model::{JobState, Outcome, field as f, id, shape};

/// Something that stands in a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobFact {
    /// The payload is an object whose field `field` is one of these texts.
    Payload {
        /// The field's name.
        field: String,
        /// What it may be.
        values: Vec<String>,
    },
    /// One of these texts was attached under `key`, with [`NewJob::metadata`](crate::NewJob::metadata).
    Metadata {
        /// The key.
        key: String,
        /// What may be attached.
        values: Vec<String>,
    },
}

impl JobFact {
    fn to_query(&self) -> Document {
        match self {
            Self::Payload { field, values } => {
                doc! { format!("{}.{field}", f::ARGS): { "$in": values.clone() } }
            }
            Self::Metadata { key, values } => {
                let entry = doc! { "k": key, "v": { "$in": values.clone() } };
                doc! { f::METADATA: { "$elemMatch": entry } }
            }
        }
    }
}

/// Which jobs are meant; an empty filter means all. All given conditions must hold.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct JobFilter {
    /// Jobs of this queue.
    pub queue: Option<String>,
    /// Jobs in one of these states. [`JobState::Malformed`] means every document that is no job,
    /// which takes a look at all documents that the other conditions mean. The other states go by
    /// the stored status, as counts do: malformed documents that a worker has come upon are among
    /// the dead.
    pub states: Vec<JobState>,
    /// Jobs with one of these ids, as they are shown.
    pub ids: Vec<String>,
    /// Jobs enqueued at or before this instant.
    pub created_before: Option<DateTime>,
    /// Jobs enqueued at or after this instant.
    pub created_after: Option<DateTime>,
    /// Jobs whose last error contains this text, in any case.
    pub error_contains: Option<String>,
    /// Jobs whose last error is of this class, as [`FailureCohort::error`](super::FailureCohort::error)
    /// has it.
    pub error_class: Option<String>,
    /// Jobs with this idempotency key.
    pub idempotency_key: Option<String>,
    /// Jobs whose last attempt ended in one of these ways.
    pub outcomes: Vec<Outcome>,
    /// Jobs of which all of this is true. No index tells; the server looks at every job that the
    /// other conditions mean.
    pub all_of: Vec<JobFact>,
    /// Jobs of which one of these is true, if there is any here; as [`JobFilter::all_of`].
    pub any_of: Vec<JobFact>,
}

impl JobFilter {
    /// All jobs of `queue`.
    #[must_use]
    pub fn queue(queue: impl Into<String>) -> Self {
        Self {
            queue: Some(queue.into()),
            ..Self::default()
        }
    }

    /// The same filter, restricted to one more of these states.
    #[must_use]
    pub fn state(mut self, state: JobState) -> Self {
        self.states.push(state);
        self
    }

    /// The conditions of this filter that no attempt at a job and no operator changes.
    pub(super) fn lasting(&self) -> Self {
        Self {
            states: Vec::new(),
            error_contains: None,
            error_class: None,
            outcomes: Vec::new(),
            ..self.clone()
        }
    }

    /// The query for this filter. Scheduled and ready are told apart by the server's clock.
    pub(crate) fn to_query(&self) -> Document {
        let mut all: Vec<Document> = Vec::new();
        if let Some(queue) = &self.queue {
            all.push(doc! { f::QUEUE: queue });
        }
        if !self.states.is_empty() {
            let any: Vec<Document> = self
                .states
                .iter()
                .map(|state| state_query(*state))
                .collect();
            all.push(doc! { "$or": any });
        }
        if !self.ids.is_empty() {
            all.push(doc! { f::ID: { "$in": id::all_candidates(&self.ids) } });
        }
        if let Some(at) = self.created_before {
            all.push(doc! { f::CREATED_AT: { "$lte": at } });
        }
        if let Some(at) = self.created_after {
            all.push(doc! { f::CREATED_AT: { "$gte": at } });
        }
        if let Some(text) = &self.error_contains {
            all.push(doc! { f::LAST_ERROR: contains(text) });
        }
        if let Some(class) = &self.error_class {
            all.push(error_class::query(class));
        }
        if let Some(key) = &self.idempotency_key {
            all.push(doc! { f::IDEMPOTENCY_KEY: key });
        }
        if !self.outcomes.is_empty() {
            all.push(last_outcome(&self.outcomes));
        }
        all.extend(self.all_of.iter().map(JobFact::to_query));
        if !self.any_of.is_empty() {
            let any: Vec<Document> = self.any_of.iter().map(JobFact::to_query).collect();
            all.push(doc! { "$or": any });
        }
        match all.len() {
            0 => doc! {},
            1 => all.remove(0),
            _ => doc! { "$and": all },
        }
    }
}

pub(crate) fn state_query(state: JobState) -> Document {
    let Some(status) = state.stored() else {
        return shape::malformed();
    };
    match state {
        JobState::Ready => {
            doc! { f::STATUS: status, "$expr": { "$lte": [f::path(f::RUN_AT), "$$NOW"] } }
        }
        JobState::Scheduled => {
            doc! { f::STATUS: status, "$expr": { "$gt": [f::path(f::RUN_AT), "$$NOW"] } }
        }
        // The condition names the partial index of finished jobs.
        JobState::Done | JobState::Dead | JobState::Cancelled => {
            doc! { f::STATUS: status, f::FINISHED_AT: since_epoch() }
        }
        JobState::Running | JobState::Malformed => doc! { f::STATUS: status },
    }
}

/// Jobs whose history ends in one of `outcomes`. A foreign document may have anything for a history.
fn last_outcome(outcomes: &[Outcome]) -> Document {
    let names: Vec<&str> = outcomes.iter().map(Outcome::as_str).collect();
    let of_attempts = format!("{}.outcome", f::path(f::HISTORY));
    let last = doc! { "$arrayElemAt": [&of_attempts, -1] };
    let last = doc! { "$cond": [{ "$isArray": &of_attempts }, last, Bson::Null] };
    doc! { "$expr": { "$in": [last, { "$literal": names }] } }
}

/// A case-insensitive regular expression that matches `text` literally.
fn contains(text: &str) -> Bson {
    doc! { "$regex": error_class::escaped(text), "$options": "i" }.into()
}
