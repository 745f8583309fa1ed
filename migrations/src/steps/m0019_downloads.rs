//! Uses of download links, one row each: which bytes were sent, and who got them. They are kept as long as the audit is
//! by default.

use mongodb::bson::{Document, doc};

use crate::{Action, Migration};

const DOWNLOADS: &str = "downloads";

const KEPT_SECONDS: i64 = 400 * 24 * 60 * 60;

pub(super) fn migration() -> Migration {
    Migration {
        number: 19,
        name: "downloads",
        actions: vec![
            Action::CreateCollection { name: DOWNLOADS },
            index(doc! { "key": { "link_id": 1, "_id": -1 }, "name": "by_link" }),
            index(doc! { "key": { "file_id": 1, "_id": -1 }, "name": "by_file" }),
            index(doc! {
                "key": { "begun_at": 1 }, "name": "expiry", "expireAfterSeconds": KEPT_SECONDS,
            }),
            Action::SetValidator {
                collection: DOWNLOADS,
                schema: downloads(),
            },
        ],
    }
}

fn index(spec: Document) -> Action {
    Action::CreateIndex {
        collection: DOWNLOADS,
        spec,
    }
}

fn id(prefix: &str) -> Document {
    doc! { "bsonType": "string", "pattern": format!("^{prefix}_[0-9A-Z]{{26}}$") }
}

fn bytes() -> Document {
    doc! { "bsonType": "long", "minimum": 0_i64 }
}

fn spans() -> Document {
    let span = doc! {
        "bsonType": "object",
        "required": ["start", "end"],
        "properties": { "start": bytes(), "end": bytes() },
    };
    doc! { "bsonType": "array", "items": span }
}

fn responses() -> Document {
    let response = doc! {
        "bsonType": "object",
        "required": ["id", "start", "end", "from", "to", "until"],
        "properties": {
            "id": id("rsp"),
            "start": bytes(),
            "end": bytes(),
            "from": bytes(),
            "to": bytes(),
            "until": { "bsonType": "date" },
        },
    };
    doc! { "bsonType": "array", "items": response }
}

fn downloads() -> Document {
    doc! {
        "bsonType": "object",
        "required": [
            "_id", "link_id", "file_id", "client_id", "size_bytes", "limited", "begun_at", "last_at", "bytes_sent", "counted",
            "complete", "sent", "doubtful", "repeated_bytes", "resent_bytes", "responses", "revision",
        ],
        "properties": {
            "_id": id("dl"),
            "link_id": id("lnk"),
            "file_id": id("fil"),
            "client_id": id("usr"),
            "size_bytes": bytes(),
            "limited": { "bsonType": "bool" },
            "begun_at": { "bsonType": "date" },
            "last_at": { "bsonType": "date" },
            "bytes_sent": bytes(),
            "counted": { "bsonType": "bool" },
            "complete": { "bsonType": "bool" },
            "sent": spans(),
            "doubtful": spans(),
            "repeated_bytes": bytes(),
            "resent_bytes": bytes(),
            "responses": responses(),
            "revision": bytes(),
        },
    }
}
