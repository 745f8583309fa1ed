//! Sign-ups get rows of their own, and an account exists once one is confirmed.
//!
//! Accounts whose address was never proven are removed. Whoever signed up last with such an address
//! chose its password, so it cannot be told whose it is, and the links in mails under way name the
//! account. Their owners sign up again. An API of the release before may still add some while it is
//! being replaced; they cannot log in, and go when their address is confirmed.

use mongodb::bson::{Document, doc};

use crate::{Action, Migration};

const SIGN_UPS: &str = "sign_ups";

pub(super) fn migration() -> Migration {
    let index = |spec| Action::CreateIndex {
        collection: SIGN_UPS,
        spec,
    };
    Migration {
        number: 6,
        name: "sign-ups",
        actions: vec![
            Action::CreateCollection { name: SIGN_UPS },
            index(doc! { "key": { "email_key": 1, "_id": -1 }, "name": "by_address" }),
            index(
                doc! { "key": { "expires_at": 1 }, "name": "expiry", "expireAfterSeconds": 0_i64 },
            ),
            Action::SetValidator {
                collection: SIGN_UPS,
                schema: sign_ups(),
            },
            Action::DeleteDocuments {
                collection: "users",
                filter: doc! { "email_verified_at": null },
            },
        ],
    }
}

fn sign_ups() -> Document {
    doc! {
        "bsonType": "object",
        "required": [
            "_id", "email", "email_key", "password_hash", "tries_left", "created_at", "expires_at",
        ],
        "properties": {
            "_id": { "bsonType": "string", "pattern": "^sgn_[0-9A-Z]{26}$" },
            "email": { "bsonType": "string", "maxLength": 254 },
            "email_key": { "bsonType": "string", "maxLength": 254 },
            "name": { "bsonType": ["string", "null"] },
            "password_hash": { "bsonType": "string", "pattern": "^\\$argon2id\\$" },
            "mail_due_at": { "bsonType": ["date", "null"] },
            "tries_left": { "bsonType": "int", "minimum": 0 },
            "created_at": { "bsonType": "date" },
            "expires_at": { "bsonType": "date" },
        },
    }
}
