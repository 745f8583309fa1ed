//! What documents must look like, enforced by the database itself.

use mongodb::bson::{Document, doc};

use crate::{Action, Migration};

pub(super) fn migration() -> Migration {
    Migration {
        number: 3,
        name: "document validators",
        actions: vec![
            validator("users", users()),
            validator("verifications", verifications()),
            validator("sessions", sessions()),
            validator("files", files()),
            validator("links", links()),
        ],
    }
}

fn validator(collection: &'static str, schema: Document) -> Action {
    Action::SetValidator { collection, schema }
}

fn id(prefix: &str) -> Document {
    doc! { "bsonType": "string", "pattern": format!("^{prefix}_[0-9A-Z]{{26}}$") }
}

fn digest() -> Document {
    doc! { "bsonType": "string", "pattern": "^[0-9a-f]{64}$" }
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
            "created_at": { "bsonType": "date" },
        },
    }
}

fn verifications() -> Document {
    doc! {
        "bsonType": "object",
        "required": ["_id", "user_id", "expires_at", "created_at"],
        "properties": {
            "_id": id("ver"),
            "user_id": id("usr"),
            "expires_at": { "bsonType": "date" },
            "used_at": { "bsonType": ["date", "null"] },
            "superseded_at": { "bsonType": ["date", "null"] },
            "created_at": { "bsonType": "date" },
        },
    }
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
            "idle_expires_at": { "bsonType": "date" },
            "absolute_expires_at": { "bsonType": "date" },
            "revoked_at": { "bsonType": ["date", "null"] },
        },
    }
}

fn files() -> Document {
    doc! {
        "bsonType": "object",
        "required": ["_id", "owner_id", "name", "size_bytes", "sha256", "blob_id", "state", "job_id", "created_at"],
        "properties": {
            "_id": id("fil"),
            "owner_id": id("usr"),
            "name": { "bsonType": "string", "minLength": 1 },
            "size_bytes": { "bsonType": "long", "minimum": 0_i64 },
            "sha256": digest(),
            "blob_id": id("blb"),
            "state": { "enum": ["received", "available", "rejected"] },
            "kind": { "enum": [null, "docx", "pptx", "xlsx"] },
            "job_id": id("job"),
            "recipients": { "bsonType": ["array", "null"], "items": { "bsonType": "string" } },
            "created_at": { "bsonType": "date" },
            "validated_at": { "bsonType": ["date", "null"] },
        },
    }
}

fn links() -> Document {
    doc! {
        "bsonType": "object",
        "required": ["_id", "file_id", "sha256", "client_id", "state", "expires_at", "downloads", "created_at"],
        "properties": {
            "_id": id("lnk"),
            "file_id": id("fil"),
            "sha256": digest(),
            "client_id": id("usr"),
            "state": { "enum": ["requested", "ready", "revoked"] },
            "token": { "bsonType": ["string", "null"] },
            "expires_at": { "bsonType": "date" },
            "max_downloads": { "bsonType": ["long", "null"], "minimum": 1_i64 },
            "downloads": { "bsonType": "long", "minimum": 0_i64 },
            "created_at": { "bsonType": "date" },
        },
    }
}
