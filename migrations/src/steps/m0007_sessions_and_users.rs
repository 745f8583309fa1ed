//! Sessions whose refresh tokens carry a number, accounts that can be disabled, and indexes for lists
//! of accounts and for what a deleted account leaves behind.
//!
//! Sessions and refresh tokens of the release before stay good.

use mongodb::bson::{Document, doc};

use crate::{Action, Migration};

pub(super) fn migration() -> Migration {
    let index = |collection, spec| Action::CreateIndex { collection, spec };
    let validator = |collection, schema| Action::SetValidator { collection, schema };
    Migration {
        number: 7,
        name: "sessions and users",
        actions: vec![
            validator("sessions", sessions()),
            index(
                "users",
                doc! { "key": { "role": 1, "_id": -1 }, "name": "by_role" },
            ),
            index(
                "users",
                doc! {
                    "key": { "disabled_at": 1 }, "name": "disabled",
                    "partialFilterExpression": { "disabled_at": { "$type": "date" } },
                },
            ),
            index(
                "files",
                doc! { "key": { "recipients": 1, "_id": -1 }, "name": "by_recipient" },
            ),
        ],
    }
}

fn id(prefix: &str) -> Document {
    doc! { "bsonType": "string", "pattern": format!("^{prefix}_[0-9A-Z]{{26}}$") }
}

fn digest() -> Document {
    doc! { "bsonType": "string", "pattern": "^[0-9a-f]{64}$" }
}

fn sessions() -> Document {
    doc! {
        "bsonType": "object",
        "required": ["_id", "user_id", "role", "refresh_sha256", "idle_expires_at", "absolute_expires_at"],
        "properties": {
            "_id": id("ses"),
            "user_id": id("usr"),
            "role": { "enum": ["client", "ops", "admin"] },
            "refresh_sha256": digest(),
            "refresh_generation": { "bsonType": "long", "minimum": 0_i64 },
            "refresh_seed": {
                "bsonType": ["string", "null"], "pattern": "^[A-Za-z0-9_-]{43}$",
            },
            "traded_at": { "bsonType": "array", "items": { "bsonType": "date" }, "maxItems": 20 },
            "origin": {
                "bsonType": "object",
                "properties": {
                    "network": { "bsonType": ["string", "null"], "maxLength": 64 },
                    "client": { "bsonType": ["string", "null"], "maxLength": 200 },
                },
            },
            "idle_expires_at": { "bsonType": "date" },
            "absolute_expires_at": { "bsonType": "date" },
            "revoked_at": { "bsonType": ["date", "null"] },
        },
    }
}
