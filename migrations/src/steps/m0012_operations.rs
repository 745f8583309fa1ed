//! What operators and admins had done to many jobs, and how far it is.

use mongodb::bson::{Document, doc};

use crate::{Action, Migration};

const OPERATIONS: &str = "operations";

pub(super) fn migration() -> Migration {
    Migration {
        number: 12,
        name: "operations",
        actions: vec![
            Action::CreateCollection { name: OPERATIONS },
            Action::CreateIndex {
                collection: OPERATIONS,
                spec: doc! {
                    "key": { "expire_at": 1 }, "name": "expiry", "expireAfterSeconds": 0_i64,
                },
            },
            Action::CreateIndex {
                collection: OPERATIONS,
                spec: doc! { "key": { "state": 1, "_id": -1 }, "name": "by_state" },
            },
            Action::SetValidator {
                collection: OPERATIONS,
                schema: operations(),
            },
        ],
    }
}

fn operations() -> Document {
    let date = || doc! { "bsonType": "date" };
    let count = || doc! { "bsonType": "long", "minimum": 0_i64 };
    let text = |longest: i32| doc! { "bsonType": ["string", "null"], "maxLength": longest };
    doc! {
        "bsonType": "object",
        "required": [
            "_id", "verb", "selection", "words", "by", "started_at", "total", "counts", "state",
            "touched_at", "expire_at",
        ],
        "properties": {
            "_id": { "bsonType": "string", "pattern": "^op_[0-9A-Z]{26}$" },
            "verb": { "bsonType": "string", "pattern": "^[a-z-]{1,40}$" },
            "selection": { "bsonType": "object" },
            "words": { "bsonType": "string" },
            "by": { "bsonType": "object", "required": ["actor"] },
            "started_at": date(),
            "over_ms": { "bsonType": ["long", "null"], "minimum": 0_i64 },
            "failure_bound": { "bsonType": ["object", "null"] },
            "total": count(),
            "counts": {
                "bsonType": "object",
                "required": ["reached", "changed", "conflicts", "refused", "ended", "failed"],
                "properties": {
                    "reached": count(), "changed": count(), "conflicts": count(),
                    "refused": count(), "ended": count(), "failed": count(),
                },
            },
            "cursor": { "bsonType": ["string", "null"] },
            "state": { "enum": ["running", "done", "stopped"] },
            "reason": text(1000),
            "stop_reason": text(1000),
            "drives": { "bsonType": "int", "minimum": 0 },
            "driver": text(1000),
            "touched_at": date(),
            "finished_at": { "bsonType": ["date", "null"] },
            "expire_at": date(),
        },
    }
}
