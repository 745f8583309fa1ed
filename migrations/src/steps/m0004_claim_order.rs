//! One index for claims and for what is due, instead of two: fewer writes a job. It ends in the
//! id, so that a worker can go on from where it was. Workers from before it cannot claim until they
//! are replaced; what is enqueued meanwhile waits.

use mongodb::bson::doc;

use crate::{Action, Migration};

const JOBS: &str = "apalis_jobs";

pub(super) fn migration() -> Migration {
    Migration {
        number: 4,
        name: "claim order",
        actions: vec![
            Action::CreateIndex {
                collection: JOBS,
                spec: doc! {
                    "key": { "queue": 1, "status": 1, "priority": -1, "run_at": 1, "_id": 1 },
                    "name": "claim_order",
                    "partialFilterExpression": { "status": "Pending" },
                },
            },
            Action::DropIndex {
                collection: JOBS,
                name: "claim",
            },
            Action::DropIndex {
                collection: JOBS,
                name: "due",
            },
        ],
    }
}
