//! An index of jobs that failed and wait for another attempt: how long the oldest has waited is asked
//! often, most of all when there are many.

use mongodb::bson::doc;

use crate::{Action, Migration};

pub(super) fn migration() -> Migration {
    Migration {
        number: 11,
        name: "unfinished jobs",
        actions: vec![Action::CreateIndex {
            collection: "apalis_jobs",
            spec: doc! {
                "key": { "queue": 1, "status": 1, "created_at": 1 },
                "name": "unfinished",
                "partialFilterExpression": { "status": "Pending", "attempts": { "$gt": 0 } },
            },
        }],
    }
}
