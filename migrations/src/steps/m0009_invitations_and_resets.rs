//! Invitations, forgotten passwords, and second factors.

use mongodb::bson::{Document, doc};

use crate::{Action, Migration};

const INVITATIONS: &str = "invitations";
const RESETS: &str = "resets";
const ATTEMPTS: &str = "attempts";

pub(super) fn migration() -> Migration {
    Migration {
        number: 9,
        name: "invitations, resets and second factors",
        actions: vec![
            Action::CreateCollection { name: INVITATIONS },
            by_address(INVITATIONS),
            expiry(INVITATIONS),
            Action::SetValidator {
                collection: INVITATIONS,
                schema: invitations(),
            },
            Action::CreateCollection { name: RESETS },
            by_address(RESETS),
            expiry(RESETS),
            Action::SetValidator {
                collection: RESETS,
                schema: resets(),
            },
            Action::CreateCollection { name: ATTEMPTS },
            expiry(ATTEMPTS),
            Action::SetValidator {
                collection: "users",
                schema: users(),
            },
        ],
    }
}

fn by_address(collection: &'static str) -> Action {
    Action::CreateIndex {
        collection,
        spec: doc! { "key": { "email_key": 1 }, "name": "by_address" },
    }
}

fn expiry(collection: &'static str) -> Action {
    Action::CreateIndex {
        collection,
        spec: doc! { "key": { "expires_at": 1 }, "name": "expiry", "expireAfterSeconds": 0_i64 },
    }
}

fn id(prefix: &str) -> Document {
    doc! { "bsonType": "string", "pattern": format!("^{prefix}_[0-9A-Z]{{26}}$") }
}

fn invitations() -> Document {
    doc! {
        "bsonType": "object",
        "required": ["_id", "email", "email_key", "role", "invited_by", "created_at", "expires_at"],
        "properties": {
            "_id": id("inv"),
            "email": { "bsonType": "string", "maxLength": 254 },
            "email_key": { "bsonType": "string", "maxLength": 254 },
            "role": { "enum": ["client", "ops", "admin"] },
            "invited_by": id("usr"),
            "mail_due_at": { "bsonType": ["date", "null"] },
            "created_at": { "bsonType": "date" },
            "expires_at": { "bsonType": "date" },
        },
    }
}

fn resets() -> Document {
    doc! {
        "bsonType": "object",
        "required": ["_id", "of", "email_key", "created_at", "expires_at"],
        "properties": {
            "_id": id("rst"),
            "of": { "enum": ["password", "second_factor"] },
            "email_key": { "bsonType": "string", "maxLength": 254 },
            "mail_due_at": { "bsonType": ["date", "null"] },
            "created_at": { "bsonType": "date" },
            "expires_at": { "bsonType": "date" },
        },
    }
}

fn users() -> Document {
    doc! {
        "bsonType": "object",
        "required": ["_id", "email", "email_key", "role", "password_hash", "created_at"],
        "properties": {
            "_id": id("usr"),
            "email": { "bsonType": "string", "maxLength": 254 },
            "email_key": { "bsonType": "string", "maxLength": 254 },
            "name": { "bsonType": ["string", "null"] },
            "role": { "enum": ["client", "ops", "admin"] },
            "password_hash": { "bsonType": "string", "pattern": "^\\$argon2id\\$" },
            "email_verified_at": { "bsonType": ["date", "null"] },
            "disabled_at": { "bsonType": ["date", "null"] },
            "last_log_in_at": { "bsonType": ["date", "null"] },
            "totp": {
                "bsonType": ["object", "null"],
                "required": ["sealed_seed", "last_step", "recovery_sha256"],
                "properties": {
                    // Sealed: a seed in clear text is much shorter.
                    "sealed_seed": { "bsonType": "string", "minLength": 100 },
                    "enabled_at": { "bsonType": ["date", "null"] },
                    "last_step": { "bsonType": "long", "minimum": 0_i64 },
                    "recovery_sha256": {
                        "bsonType": "array",
                        "maxItems": 10,
                        "items": { "bsonType": "string", "pattern": "^[0-9a-f]{64}$" },
                    },
                },
            },
            "created_at": { "bsonType": "date" },
        },
    }
}
