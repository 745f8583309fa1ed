//! Where bytes are that are not in the database or are sealed, and what opens them.

use mongodb::bson::{Document, doc};

use crate::{Action, Migration};

const PLACES: &str = "blob_places";

pub(super) fn migration() -> Migration {
    Migration {
        number: 18,
        name: "blob places",
        actions: vec![
            Action::CreateCollection { name: PLACES },
            Action::CreateIndex {
                collection: PLACES,
                spec: doc! {
                    "key": { "sealed.kid": 1, "_id": 1 },
                    "name": "by_key",
                },
            },
            Action::SetValidator {
                collection: PLACES,
                schema: places(),
            },
        ],
    }
}

fn places() -> Document {
    let sealed = doc! {
        "bsonType": ["object", "null"],
        "required": ["format", "kid", "wrapped_key"],
        "properties": {
            "format": { "bsonType": "int", "minimum": 1 },
            "kid": { "bsonType": "string", "pattern": "^[0-9A-Za-z_-]{1,64}$" },
            "wrapped_key": { "bsonType": "binData" },
        },
    };
    doc! {
        "bsonType": "object",
        "required": ["_id", "store"],
        "properties": {
            "_id": { "bsonType": "string", "pattern": "^blb_[0-9A-Z]{26}$" },
            "store": { "enum": ["gridfs", "object"] },
            "url": { "bsonType": ["string", "null"] },
            "sealed": sealed,
        },
    }
}
