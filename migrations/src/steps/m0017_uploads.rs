//! Uploads that arrive over several requests, and the parts they arrived in.

use mongodb::bson::{Document, doc};

use crate::{Action, Migration};

const UPLOADS: &str = "uploads";

pub(super) fn migration() -> Migration {
    Migration {
        number: 17,
        name: "resumable uploads",
        actions: vec![
            Action::CreateCollection { name: UPLOADS },
            Action::CreateIndex {
                collection: UPLOADS,
                spec: doc! { "key": { "room": 1 }, "name": "of_room", "unique": true },
            },
            Action::CreateIndex {
                collection: UPLOADS,
                spec: doc! { "key": { "owner_id": 1, "file_id": 1 }, "name": "of_owner" },
            },
            // Those without it still have parts, which others remove first.
            Action::CreateIndex {
                collection: UPLOADS,
                spec: doc! {
                    "key": { "forget_at": 1 }, "name": "expiry", "expireAfterSeconds": 0_i64,
                },
            },
            Action::SetValidator {
                collection: UPLOADS,
                schema: uploads(),
            },
        ],
    }
}

fn uploads() -> Document {
    let id = |prefix: &str| doc! { "bsonType": "string", "pattern": format!("^{prefix}_[0-9A-Z]{{26}}$") };
    let count = || doc! { "bsonType": "long", "minimum": 0_i64 };
    let date = || doc! { "bsonType": ["date", "null"] };
    let part = doc! {
        "bsonType": "object",
        "required": ["blob_id", "size_bytes"],
        "properties": { "blob_id": id("blb"), "size_bytes": count() },
    };
    doc! {
        "bsonType": "object",
        "required": [
            "_id", "owner_id", "room", "length_bytes", "offset_bytes", "metadata", "parts", "created_at",
            "expires_at",
        ],
        "properties": {
            "_id": id("upl"),
            "owner_id": id("usr"),
            "room": id("blb"),
            "length_bytes": count(),
            "offset_bytes": count(),
            "metadata": { "bsonType": "string", "maxLength": 65536 },
            "parts": { "bsonType": "array", "maxItems": 4096, "items": part },
            "writer": { "bsonType": ["string", "null"], "maxLength": 100 },
            "completing_until": date(),
            "file_id": { "bsonType": ["string", "null"], "pattern": "^fil_[0-9A-Z]{26}$" },
            "created_at": { "bsonType": "date" },
            "expires_at": { "bsonType": "date" },
            "forget_at": date(),
        },
    }
}
