//! The audit, and the counters of what one network, mailbox or account may ask for.

use mongodb::bson::{Document, doc};

use crate::{Action, Migration};

const AUDIT: &str = "audit";
const COUNTERS: [&str; 2] = ["rate_windows", "log_in_failures"];

/// How long entries are kept, unless `dossier-migrate up` is told another time.
const RETENTION_SECONDS: i64 = 400 * 24 * 60 * 60;

pub(super) fn migration() -> Migration {
    // The first index makes the collection.
    let lists = ["act", "outcome", "user_id", "objects", "network"];
    let mut actions = Vec::from(lists.map(|field| {
        let spec = doc! { "key": { field: 1, "_id": -1 }, "name": format!("by_{field}") };
        index(AUDIT, spec)
    }));
    actions.push(expiry(AUDIT, "at", RETENTION_SECONDS));
    actions.push(Action::SetValidator {
        collection: AUDIT,
        schema: entries(),
    });
    for name in COUNTERS {
        actions.push(Action::CreateCollection { name });
        actions.push(expiry(name, "expire_at", 0));
    }
    Migration {
        number: 8,
        name: "audit and limits",
        actions,
    }
}

fn index(collection: &'static str, spec: Document) -> Action {
    Action::CreateIndex { collection, spec }
}

fn expiry(collection: &'static str, field: &str, seconds: i64) -> Action {
    let spec = doc! { "key": { field: 1 }, "name": "expiry", "expireAfterSeconds": seconds };
    index(collection, spec)
}

fn entries() -> Document {
    let text = || doc! { "bsonType": ["string", "null"], "maxLength": 300 };
    doc! {
        "bsonType": "object",
        "required": ["_id", "at", "act", "outcome", "actor", "objects", "count"],
        "properties": {
            "_id": { "bsonType": "string", "pattern": "^aud_[0-9A-Z]{26}$" },
            "at": { "bsonType": "date" },
            "act": { "bsonType": "string", "pattern": "^[a-z_]{1,40}$" },
            "outcome": { "enum": ["done", "failed", "denied"] },
            "reason": text(),
            "actor": { "enum": ["anybody", "person", "operator", "worker"] },
            "user_id": { "bsonType": ["string", "null"], "pattern": "^usr_[0-9A-Z]{26}$" },
            "role": { "enum": [null, "client", "ops", "admin"] },
            "objects": { "bsonType": "array", "items": { "bsonType": "string" }, "maxItems": 100 },
            "address": text(),
            "network": text(),
            "request_id": text(),
            "detail": text(),
            "count": { "bsonType": "long", "minimum": 1_i64 },
        },
    }
}
