//! Settles ended attempts: one statement each, fenced by the token of their lease.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::time::Duration;

use mongodb::bson::oid::ObjectId;
use mongodb::bson::{Bson, DateTime, Document, doc};
use mongodb::options::Hint;
use mongodb::{ClientSession, Collection, Database};

use crate::clock::Reading;
use crate::config::Config;
use crate::deadline::run_command;
use crate::error::{Context, Error};
use crate::indexes::by_id;
use crate::lease::Lease;
use crate::model::{JobState, Outcome, Status, field as f, time};
use crate::settlement::{Settlement, Verdict};

/// Successes that started this close to each other are remembered with one start. Writing them as
/// one costs the server a third of writing each.
const ALIKE_WITHIN_MS: i64 = 25;

/// One fenced write for one job, or for several that end alike under one token.
#[derive(Debug, Clone)]
pub(crate) struct Statement {
    ids: Vec<String>,
    token: ObjectId,
    /// `None` removes the jobs.
    update: Option<Document>,
}

/// Ours, and still running under our token.
pub(crate) fn fence(lease: &Lease) -> Document {
    doc! { f::ID: &lease.id, f::LOCK_TOKEN: lease.token, f::STATUS: Status::Running }
}

/// The writes that put `settlements` into the store now, with times by `clock`. Successes without a
/// value are most of them and differ in nothing but when they started; those that started at about
/// the same time are written as one.
pub(crate) fn statements(
    settlements: &[Settlement],
    config: &Config,
    worker: &str,
    clock: &Reading,
) -> Vec<Statement> {
    let mut alike: HashMap<(ObjectId, u32, i64), usize> = HashMap::new();
    let mut statements: Vec<Statement> = Vec::new();
    for settlement in settlements {
        if matches!(settlement.verdict, Verdict::Done { result: None }) {
            let lease = &settlement.lease;
            let started = started_ms(lease, clock);
            let key = (lease.token, lease.attempt, started / ALIKE_WITHIN_MS);
            match alike.entry(key) {
                Entry::Occupied(known) => {
                    statements[*known.get()].ids.push(lease.id.clone());
                    continue;
                }
                Entry::Vacant(unknown) => {
                    unknown.insert(statements.len());
                }
            }
        }
        statements.push(statement(settlement, config, worker, clock));
    }
    statements
}

fn started_ms(lease: &Lease, clock: &Reading) -> i64 {
    let started_at = lease.started_at.get();
    started_at.map_or(0, |at| clock.at(*at).timestamp_millis())
}

/// The write that puts `settlement` into the store now, with times by `clock`.
pub(crate) fn statement(
    settlement: &Settlement,
    config: &Config,
    worker: &str,
    clock: &Reading,
) -> Statement {
    let update = (!removes(&settlement.verdict, config)).then(|| {
        let update = update(&settlement.verdict, clock.now());
        with_history(update, settlement, config, worker, clock)
    });
    Statement {
        ids: vec![settlement.lease.id.clone()],
        token: settlement.lease.token,
        update,
    }
}

/// Whether `verdict` removes the job instead of changing it.
pub(crate) fn removes(verdict: &Verdict, config: &Config) -> bool {
    verdict.is_success() && config.retention.done.is_some_and(|kept| kept.is_zero())
}

fn update(verdict: &Verdict, now: DateTime) -> Document {
    match verdict {
        Verdict::Done { result } => {
            let mut set = finished(JobState::Done, now);
            if let Some(result) = result {
                set.insert(f::RESULT, result.clone());
            }
            // An earlier attempt's error stays in the history.
            doc! {
                "$set": set,
                "$unset": { f::LEASE_UNTIL: "", f::LAST_ERROR: "" },
                "$rename": { f::UNIQUE_KEY: f::FREED_KEY },
            }
        }
        Verdict::Skipped { reason } => {
            let mut set = finished(JobState::Done, now);
            set.insert(f::LAST_ERROR, reason);
            doc! {
                "$set": set,
                "$unset": { f::LEASE_UNTIL: "" },
                "$rename": { f::UNIQUE_KEY: f::FREED_KEY },
            }
        }
        Verdict::Dead { error, .. } => {
            let mut set = finished(JobState::Dead, now);
            set.insert(f::LAST_ERROR, error);
            doc! {
                "$set": set,
                "$unset": { f::LEASE_UNTIL: "" },
                "$rename": { f::UNIQUE_KEY: f::FREED_KEY },
            }
        }
        Verdict::Unstorable { error } => {
            let mut set = finished(JobState::Dead, now);
            set.insert(f::LAST_ERROR, error);
            doc! {
                "$set": set,
                "$unset": {
                    f::LEASE_UNTIL: "", f::STARTED_AT: "", f::RESULT: "",
                    f::HISTORY: "", f::PROGRESS: "", f::LOG: "",
                },
                "$rename": { f::UNIQUE_KEY: f::FREED_KEY },
            }
        }
        Verdict::Retry { error, delay, .. } => doc! {
            "$set": {
                f::STATUS: Status::Pending,
                f::RUN_AT: time::after(now, *delay),
                f::LAST_ERROR: error,
            },
            "$unset": { f::LEASE_UNTIL: "" },
        },
        Verdict::Snooze { error, delay, .. } => {
            let mut set = doc! {
                f::STATUS: Status::Pending,
                f::RUN_AT: time::after(now, *delay),
            };
            if let Some(error) = error {
                set.insert(f::LAST_ERROR, error);
            }
            doc! {
                "$set": set,
                "$inc": { f::ATTEMPTS: -1, f::SNOOZES: 1 },
                "$unset": { f::LEASE_UNTIL: "" },
            }
        }
        Verdict::Release => doc! {
            "$set": { f::STATUS: Status::Pending },
            "$inc": { f::ATTEMPTS: -1 },
            "$unset": { f::LEASE_UNTIL: "", f::STARTED_AT: "" },
        },
    }
}

fn finished(state: JobState, now: DateTime) -> Document {
    doc! { f::STATUS: state.stored(), f::FINISHED_AT: now }
}

/// An attempt that reached a handler is remembered; one that waited in a buffer is not.
fn with_history(
    mut update: Document,
    settlement: &Settlement,
    config: &Config,
    worker: &str,
    clock: &Reading,
) -> Document {
    let started_at = settlement.lease.started_at.get();
    let released = settlement.verdict.outcome() == Outcome::Released;
    if (released && started_at.is_none()) || !settlement.verdict.is_remembered() {
        return update;
    }
    let mut entry = doc! {
        "attempt": i64::from(settlement.lease.attempt),
        "worker": worker,
        "started_at": clock.at(*started_at.unwrap_or(&settlement.finished_at)),
        "finished_at": clock.at(settlement.finished_at),
        "outcome": settlement.verdict.outcome().as_str(),
    };
    // Successes without a value are written together, each due at another time; of a job that is done,
    // `run_at` still says when the last attempt was due.
    let is_written_alone = !matches!(settlement.verdict, Verdict::Done { result: None });
    if let Some(due_at) = settlement.lease.due_at.get().filter(|_| is_written_alone) {
        entry.insert("due_at", *due_at);
    }
    if let Some(reason) = settlement.verdict.reason() {
        entry.insert("error", reason);
    }
    let keep = -i64::from(config.history_limit);
    let push = doc! { f::HISTORY: { "$each": [entry], "$slice": keep } };
    update.insert("$push", push);
    update
}

/// Runs many statements in at most two commands and returns how many jobs matched.
pub(crate) async fn run(
    db: &Database,
    config: &Config,
    statements: &[Statement],
) -> Result<u64, Error> {
    let (jobs, limit) = (&config.collections.jobs, config.call_limit());
    let mut matched = 0;
    let updates: Vec<Document> = statements.iter().filter_map(Statement::as_update).collect();
    if !updates.is_empty() {
        let command = doc! { "update": jobs, "updates": updates };
        matched += write(db, limit, command).await?;
    }
    let deletes: Vec<Document> = statements.iter().filter_map(Statement::as_delete).collect();
    if !deletes.is_empty() {
        let command = doc! { "delete": jobs, "deletes": deletes };
        matched += write(db, limit, command).await?;
    }
    Ok(matched)
}

impl Statement {
    fn filter(&self) -> Document {
        let id: Bson = match self.ids.as_slice() {
            [id] => id.as_str().into(),
            ids => doc! { "$in": ids }.into(),
        };
        doc! { f::ID: id, f::LOCK_TOKEN: self.token, f::STATUS: Status::Running }
    }

    fn as_update(&self) -> Option<Document> {
        let update = self.update.clone()?;
        let multi = self.ids.len() > 1;
        Some(doc! { "q": self.filter(), "u": update, "multi": multi, "hint": by_id() })
    }

    fn as_delete(&self) -> Option<Document> {
        self.update
            .is_none()
            .then(|| doc! { "q": self.filter(), "limit": 0, "hint": by_id() })
    }
}

async fn write(db: &Database, limit: Duration, mut command: Document) -> Result<u64, Error> {
    // The server gives up before we do, if a transaction has locked one of the jobs: then we know why.
    command.insert("maxTimeMS", time::millis(limit * 3 / 4));
    command.insert("ordered", false);
    command.insert("writeConcern", doc! { "w": "majority" });
    let reply = run_command(db, limit, "acknowledge jobs", command).await?;
    super::reply::check(&reply, "acknowledge jobs")?;
    Ok(super::reply::count(&reply))
}

/// Runs one statement in the caller's transaction; false if the lease is not ours.
pub(crate) async fn in_transaction(
    jobs: &Collection<Document>,
    statement: Statement,
    session: &mut ClientSession,
) -> Result<bool, Error> {
    const OPERATION: &str = "complete a job in a transaction";
    let filter = statement.filter();
    let hint = Hint::Keys(by_id());
    match statement.update {
        Some(update) => {
            let update = jobs.update_one(filter, update).hint(hint).session(session);
            Ok(update.await.context(OPERATION)?.matched_count == 1)
        }
        None => {
            let delete = jobs.delete_one(filter).hint(hint).session(session);
            Ok(delete.await.context(OPERATION)?.deleted_count == 1)
        }
    }
}
