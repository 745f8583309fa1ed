//! What came before and after a job: what enqueued it, and what happened since to whom and what it
//! is about.

use std::collections::BTreeSet;

use dossier_common::audit::AuditEntry;
use dossier_common::clock::Clock;
use dossier_common::queue::backend::JobRecord;
use dossier_common::queue::cause_key;
use dossier_common::store::Store;
use dossier_common::store::audit::AuditFilter;
use mongodb::bson::Bson;
use serde::Serialize;

use crate::cli::instant::instant;
use crate::cli::known::Known;

/// So many entries of the audit are shown of each thing.
const ENTRIES: i64 = 20;

/// What came before and after a job.
#[derive(Debug, Serialize)]
pub(super) struct Story {
    /// What enqueued it: names and values.
    pub(super) cause: Vec<(&'static str, String)>,
    /// What is stored now of whom and what it is about.
    pub(super) about: Vec<Known>,
    /// What the audit says of them and of the job since it was enqueued, oldest first.
    pub(super) since: Vec<Event>,
}

/// An entry of the audit.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) struct Event {
    id: String,
    at: String,
    says: String,
}

impl Story {
    /// The story of `job`.
    pub(super) async fn of(store: &Store, job: &JobRecord) -> anyhow::Result<Self> {
        let now = Clock::system().now();
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
    pub(super) fn lines(&self) -> Vec<String> {
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

async fn events(store: &Store, job: &JobRecord, id: &str) -> anyhow::Result<Vec<Event>> {
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
        let mut says = format!("{} {}", entry.act.as_str(), entry.outcome.as_str());
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
            at: instant(entry.at),
            says,
        }
    }
}
