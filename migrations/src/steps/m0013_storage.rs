//! How much of the storage documents take, by person and together, and what uploads under way have
//! reserved. What was uploaded before is counted.

use mongodb::bson::{Document, doc};

use crate::{Action, Migration};

const USAGE: &str = "storage_usage";
const RESERVATIONS: &str = "storage_reservations";

pub(super) fn migration() -> Migration {
    Migration {
        number: 13,
        name: "storage",
        actions: vec![
            Action::CreateCollection { name: USAGE },
            Action::SetValidator {
                collection: USAGE,
                schema: usage(),
            },
            Action::CreateCollection { name: RESERVATIONS },
            Action::CreateIndex {
                collection: RESERVATIONS,
                spec: doc! { "key": { "until": 1 }, "name": "by_until" },
            },
            Action::SetValidator {
                collection: RESERVATIONS,
                schema: reservations(),
            },
            count_files("$owner_id"),
            count_files("total"),
        ],
    }
}

/// Counts the documents of each `group`.
fn count_files(group: &str) -> Action {
    let sums = doc! {
        "_id": group, "used_bytes": { "$sum": "$size_bytes" }, "used_files": { "$sum": 1 },
    };
    let row = doc! {
        "used_bytes": { "$toLong": "$used_bytes" }, "used_files": { "$toLong": "$used_files" },
        "held": [], "recounts": 0_i64,
    };
    let merge = doc! {
        "into": USAGE, "on": "_id", "whenMatched": "replace", "whenNotMatched": "insert",
    };
    Action::Aggregate {
        collection: "files",
        pipeline: vec![
            doc! { "$group": sums },
            doc! { "$set": row },
            doc! { "$merge": merge },
        ],
    }
}

fn usage() -> Document {
    let held = doc! {
        "bsonType": "object",
        "required": ["upload", "bytes"],
        "properties": {
            "upload": { "bsonType": "string", "pattern": "^blb_[0-9A-Z]{26}$" },
            "bytes": { "bsonType": "long", "minimum": 0_i64 },
        },
    };
    doc! {
        "bsonType": "object",
        "required": ["_id", "used_bytes", "used_files", "held", "recounts"],
        "properties": {
            "_id": { "bsonType": "string", "pattern": "^(total|usr_[0-9A-Z]{26})$" },
            "used_bytes": { "bsonType": "long" },
            "used_files": { "bsonType": "long" },
            "held": { "bsonType": "array", "items": held },
            "recounts": { "bsonType": "long", "minimum": 0_i64 },
        },
    }
}

fn reservations() -> Document {
    doc! {
        "bsonType": "object",
        "required": ["_id", "user_id", "state", "until"],
        "properties": {
            "_id": { "bsonType": "string", "pattern": "^blb_[0-9A-Z]{26}$" },
            "user_id": { "bsonType": "string", "pattern": "^usr_[0-9A-Z]{26}$" },
            "state": { "enum": ["held", "kept", "void"] },
            "size_bytes": { "bsonType": ["long", "null"], "minimum": 0_i64 },
            "until": { "bsonType": "date" },
        },
    }
}
