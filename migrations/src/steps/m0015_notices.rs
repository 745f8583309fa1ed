//! Who is told of documents, and the documents whose owner is told of the first download.

use mongodb::bson::{Document, doc};

use crate::{Action, Migration};

const NOTICES: &str = "notices";
const ADDRESSES: &str = "notice_addresses";
const FIRST_DOWNLOADS: &str = "first_downloads";

pub(super) fn migration() -> Migration {
    Migration {
        number: 15,
        name: "notices of documents",
        actions: vec![
            Action::CreateCollection { name: NOTICES },
            Action::CreateIndex {
                collection: NOTICES,
                spec: doc! { "key": { "file_id": 1, "email_key": 1 }, "name": "by_file" },
            },
            Action::CreateIndex {
                collection: NOTICES,
                spec: doc! { "key": { "address_id": 1, "job_id": 1 }, "name": "by_address" },
            },
            Action::CreateIndex {
                collection: NOTICES,
                spec: doc! { "key": { "email_key": 1 }, "name": "by_email_key" },
            },
            Action::SetValidator {
                collection: NOTICES,
                schema: notices(),
            },
            Action::CreateCollection { name: ADDRESSES },
            Action::CreateIndex {
                collection: ADDRESSES,
                spec: doc! {
                    "key": { "email_key": 1 }, "name": "address_unique", "unique": true,
                },
            },
            Action::SetValidator {
                collection: ADDRESSES,
                schema: addresses(),
            },
            Action::CreateCollection {
                name: FIRST_DOWNLOADS,
            },
            Action::SetValidator {
                collection: FIRST_DOWNLOADS,
                schema: first_downloads(),
            },
        ],
    }
}

fn id(prefix: &str) -> Document {
    doc! { "bsonType": "string", "pattern": format!("^{prefix}_[0-9A-Z]{{26}}$") }
}

fn notices() -> Document {
    doc! {
        "bsonType": "object",
        "required": ["_id", "file_id", "address_id", "email_key", "added_at", "state"],
        "properties": {
            "_id": { "bsonType": "string", "pattern": "^fil_[0-9A-Z]{26}/adr_[0-9A-Z]{26}$" },
            "file_id": id("fil"),
            "address_id": id("adr"),
            "email_key": { "bsonType": "string", "maxLength": 254 },
            "added_at": { "bsonType": "date" },
            "state": { "enum": ["pending", "sent", "skipped", "unsubscribed"] },
            "why": { "bsonType": ["string", "null"] },
            "job_id": { "bsonType": ["string", "null"], "maxLength": 1024 },
            "told_at": { "bsonType": ["date", "null"] },
            "first_seen_at": { "bsonType": ["date", "null"] },
            "first_downloaded_at": { "bsonType": ["date", "null"] },
            "downloads": { "bsonType": "long", "minimum": 0_i64 },
        },
    }
}

fn addresses() -> Document {
    doc! {
        "bsonType": "object",
        "required": ["_id", "email_key", "changes"],
        "properties": {
            "_id": id("adr"),
            "email_key": { "bsonType": "string", "maxLength": 254 },
            "unsubscribed_at": { "bsonType": ["date", "null"] },
            "changes": { "bsonType": "long", "minimum": 0_i64 },
        },
    }
}

fn first_downloads() -> Document {
    doc! {
        "bsonType": "object",
        "required": ["_id", "asked_at"],
        "properties": {
            "_id": id("fil"),
            "asked_at": { "bsonType": "date" },
            "first_at": { "bsonType": ["date", "null"] },
            "by": { "bsonType": ["string", "null"], "pattern": "^usr_[0-9A-Z]{26}$" },
        },
    }
}
