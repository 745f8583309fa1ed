//! The queue: collections and indexes, frozen from `apalis_mongodb::indexes()`.

use mongodb::bson::{DateTime, Document, doc};

use crate::{Action, Migration};

const JOBS: &str = "apalis_jobs";
const WORKERS: &str = "apalis_workers";
const QUEUES: &str = "apalis_queues";

pub(super) fn migration() -> Migration {
    Migration {
        number: 2,
        name: "job queue",
        actions: actions(),
    }
}

fn actions() -> Vec<Action> {
    let mut actions: Vec<Action> = [JOBS, WORKERS, QUEUES]
        .into_iter()
        .map(|name| Action::CreateCollection { name })
        .collect();
    actions.extend(job_indexes().into_iter().map(|spec| Action::CreateIndex {
        collection: JOBS,
        spec,
    }));
    actions.push(Action::CreateIndex {
        collection: WORKERS,
        spec: expiry(),
    });
    actions
}

fn job_indexes() -> Vec<Document> {
    let pending = doc! { "status": "Pending" };
    let running = doc! { "status": "Running" };
    vec![
        partial(
            "claim",
            doc! { "queue": 1, "priority": -1, "run_at": 1 },
            pending.clone(),
        ),
        partial(
            "due",
            doc! { "queue": 1, "status": 1, "run_at": 1 },
            pending,
        ),
        partial(
            "lease",
            doc! { "status": 1, "lease_until": 1, "queue": 1 },
            running,
        ),
        partial(
            "finished",
            doc! { "queue": 1, "status": 1, "finished_at": -1 },
            doc! { "finished_at": { "$gt": DateTime::from_millis(0) } },
        ),
        unique("idempotency", "idempotency_key"),
        unique("unique_live", "unique_key"),
        expiry(),
    ]
}

fn partial(name: &str, key: Document, filter: Document) -> Document {
    doc! { "key": key, "name": name, "partialFilterExpression": filter }
}

fn unique(name: &str, field: &str) -> Document {
    let filter = doc! { field: { "$exists": true } };
    doc! { "key": { "queue": 1, field: 1 }, "name": name, "unique": true, "partialFilterExpression": filter }
}

fn expiry() -> Document {
    let filter = doc! { "expire_at": { "$exists": true } };
    doc! { "key": { "expire_at": 1 }, "name": "ttl", "expireAfterSeconds": 0_i64, "partialFilterExpression": filter }
}
