//! Groups that documents are meant for; how often what is said of a document was changed, and until when
//! clients see it.

use mongodb::bson::{Document, doc};

use crate::{Action, Migration};

const FILES: &str = "files";
const GROUPS: &str = "groups";

pub(super) fn migration() -> Migration {
    Migration {
        number: 14,
        name: "audience",
        actions: vec![
            Action::CreateCollection { name: GROUPS },
            Action::CreateIndex {
                collection: GROUPS,
                spec: doc! { "key": { "name_key": 1 }, "name": "by_name", "unique": true },
            },
            Action::CreateIndex {
                collection: GROUPS,
                spec: doc! { "key": { "members": 1 }, "name": "by_member" },
            },
            Action::SetValidator {
                collection: GROUPS,
                schema: groups(),
            },
            Action::SetValidator {
                collection: FILES,
                schema: files(),
            },
        ],
    }
}

fn id(prefix: &str) -> Document {
    doc! { "bsonType": "string", "pattern": format!("^{prefix}_[0-9A-Z]{{26}}$") }
}

fn groups() -> Document {
    let members = doc! {
        "bsonType": "array", "maxItems": 1000, "items": { "bsonType": "string", "maxLength": 254 },
    };
    doc! {
        "bsonType": "object",
        "required": ["_id", "name", "name_key", "members", "created_by", "created_at", "updated_at"],
        "properties": {
            "_id": id("grp"),
            "name": { "bsonType": "string", "minLength": 1 },
            "name_key": { "bsonType": "string", "minLength": 1 },
            "members": members,
            "created_by": id("usr"),
            "created_at": { "bsonType": "date" },
            "updated_at": { "bsonType": "date" },
            "uses": { "bsonType": "long", "minimum": 0_i64 },
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
            "sha256": { "bsonType": "string", "pattern": "^[0-9a-f]{64}$" },
            "blob_id": id("blb"),
            "state": { "enum": ["received", "available", "rejected"] },
            "kind": { "enum": [null, "docx", "pptx", "xlsx"] },
            "job_id": id("job"),
            "recipients": { "bsonType": ["array", "null"], "items": { "bsonType": "string" } },
            "version": { "bsonType": "long", "minimum": 0_i64 },
            "expires_at": { "bsonType": ["date", "null"] },
            "created_at": { "bsonType": "date" },
            "validated_at": { "bsonType": ["date", "null"] },
        },
    }
}
