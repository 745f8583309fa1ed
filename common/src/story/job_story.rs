//! What came before and after a job: what enqueued it, and what happened since to whom and what it
//! is about.

use std::collections::BTreeSet;

use mongodb::bson::{Bson, DateTime};
use serde::Serialize;

use super::Known;
use crate::audit::AuditEntry;
use crate::clock::to_the_second;
use crate::operation::Verb;
use crate::queue::backend::JobRecord;
use crate::queue::cause_key;
use crate::store::audit::AuditFilter;
use crate::store::{Store, StoreError};

/// So many entries of the audit are shown of each thing.
const ENTRIES: i64 = 20;

/// What came before and after a job.
#[derive(Debug, Serialize)]
pub struct Story {
    /// What enqueued it: names and values.
    pub cause: Vec<(&'static str, String)>,
    /// What is stored now of whom and what it is about.
    pub about: Vec<Known>,
    /// What the audit says of them and of the job since it was enqueued, oldest first.
    pub since: Vec<Event>,
}

/// An entry of the audit.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Event {
    /// Which entry.
    pub id: String,
    /// When, to the second, in UTC.
    pub at: String,
    /// What it says, for people.
    pub says: String,
}

impl Story {
    /// The story of `job`, as it stands `now`.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn of(store: &Store, job: &JobRecord, now: DateTime) -> Result<Self, StoreError> {
        let mut about = Vec::new();
        let mut since = BTreeSet::new();
        for id in named(&job.payload) {
            if let Some(known) = Known::find(store, id, now).await? {
                since.extend(events(store, job, id).await?);
                about.push(known);
            }
        }
        since.extend(events(store, job, &job.id).await?);
        let mut since: Vec<Event> = since.into_iter().collect();
        since.sort_by(|one, other| (&one.at, &one.id).cmp(&(&other.at, &other.id)));
        Ok(Self {
            cause: cause(job),
            about,
            since,
        })
    }

    /// The lines of it, for people; empty when nothing is known.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for (name, value) in &self.cause {
            lines.push(format!(
                "enqueued by {} {value}",
                name.trim_end_matches("_id")
            ));
        }
        for known in &self.about {
            lines.push(format!("{}  {}", known.id, known.says));
        }
        for event in &self.since {
            lines.push(format!("{}  {}", event.at, event.says));
        }
        lines
    }
}

/// What is attached of what enqueued it, in one order.
fn cause(job: &JobRecord) -> Vec<(&'static str, String)> {
    let attached = |key: &'static str| Some((key, job.metadata.get(key)?.clone()));
    cause_key::ALL.into_iter().filter_map(attached).collect()
}

/// The texts of a payload's fields, which ids are among.
fn named(payload: &Bson) -> Vec<&str> {
    let fields = payload.as_document().into_iter().flat_map(|it| it.values());
    fields.filter_map(Bson::as_str).collect()
}

async fn events(store: &Store, job: &JobRecord, id: &str) -> Result<Vec<Event>, StoreError> {
    let filter = AuditFilter {
        object: Some(id.to_owned()),
        from: Some(job.created_at),
        ..AuditFilter::default()
    };
    let entries = store.list_audit(&filter, None, ENTRIES).await?;
    Ok(entries.iter().map(Event::of).collect())
}

impl Event {
    fn of(entry: &AuditEntry) -> Self {
        let came_of_it = match is_begun_operation(entry) {
            true => "asked for",
            false => entry.outcome.as_str(),
        };
        let mut says = format!("{} {came_of_it}", entry.act.as_str());
        let who = match entry.user_id {
            Some(user) => user.to_string(),
            None => entry.actor.as_str().to_owned(),
        };
        says.push_str(&format!(" by {who}"));
        for more in [&entry.reason, &entry.detail].into_iter().flatten() {
            says.push_str(&format!(", {more}"));
        }
        Self {
            id: entry.id.to_string(),
            at: to_the_second(entry.at),
            says,
        }
    }
}

/// Whether an operation on jobs wrote it before it changed any, as [`begin`](crate::operations::begin()) does.
/// Which of them were changed is in their own logs.
fn is_begun_operation(entry: &AuditEntry) -> bool {
    entry.reason.is_none() && Verb::ALL.iter().any(|verb| verb.act() == entry.act)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::{Act, Actor, Outcome};
    use crate::id::AuditId;

    #[test]
    fn what_was_asked_for_is_not_told_as_done() {
        let at = DateTime::from_millis(0);
        let says = |act, outcome: Option<(Outcome, &str)>| {
            let entry = AuditEntry::new(AuditId::lowest(at), at, act).by_program(Actor::Operator);
            let entry = match outcome {
                Some((outcome, reason)) => entry.with_outcome(outcome, reason),
                None => entry,
            };
            Event::of(&entry).says
        };
        let asked = says(Act::DeleteJobs, None);
        assert_eq!(asked, "delete_jobs asked for by operator");
        let ended = says(Act::DeleteJobs, Some((Outcome::Done, "operation_done")));
        assert_eq!(ended, "delete_jobs done by operator, operation_done");
        let recorded = says(Act::RecordMails, None);
        assert_eq!(recorded, "record_mails done by operator");
    }
}
