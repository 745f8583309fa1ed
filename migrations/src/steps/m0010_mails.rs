//! What became of mails, and whether the mail server takes any.

use mongodb::bson::{Document, doc};

use crate::{Action, Migration};

const MAILS: &str = "mails";
const CIRCUITS: &str = "mail_circuits";

pub(super) fn migration() -> Migration {
    Migration {
        number: 10,
        name: "mails",
        actions: vec![
            Action::CreateCollection { name: MAILS },
            Action::CreateIndex {
                collection: MAILS,
                spec: doc! {
                    "key": { "expire_at": 1 }, "name": "expiry", "expireAfterSeconds": 0_i64,
                },
            },
            Action::SetValidator {
                collection: MAILS,
                schema: mails(),
            },
            Action::CreateCollection { name: CIRCUITS },
            Action::SetValidator {
                collection: CIRCUITS,
                schema: circuits(),
            },
        ],
    }
}

fn mails() -> Document {
    doc! {
        "bsonType": "object",
        "required": ["_id", "kind", "state", "at", "expire_at"],
        "properties": {
            "_id": { "bsonType": "string", "maxLength": 1024 },
            "kind": { "bsonType": "string", "maxLength": 100 },
            "state": {
                "enum": ["intended", "not_taken", "unanswered", "held", "handed_over", "settled"],
            },
            "answer": { "bsonType": ["string", "null"], "maxLength": 1000 },
            "at": { "bsonType": "date" },
            "expire_at": { "bsonType": "date" },
        },
    }
}

fn circuits() -> Document {
    doc! {
        "bsonType": "object",
        "required": ["_id", "failures"],
        "properties": {
            "_id": { "bsonType": "string", "maxLength": 100 },
            "failures": { "bsonType": "array", "items": { "bsonType": "string" } },
            "failed_at": { "bsonType": ["date", "null"] },
        },
    }
}
