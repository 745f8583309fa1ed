//! Accounts, sessions, documents and links: collections and indexes.

use mongodb::bson::{Document, doc};

use crate::{Action, Migration};

const DAY_SECONDS: i64 = 24 * 60 * 60;

pub(super) fn migration() -> Migration {
    Migration {
        number: 1,
        name: "accounts, files and links",
        actions: actions(),
    }
}

fn index(collection: &'static str, spec: Document) -> Action {
    Action::CreateIndex { collection, spec }
}

fn actions() -> Vec<Action> {
    let collections = [
        "users",
        "verifications",
        "sessions",
        "files",
        "links",
        "idempotency_keys",
        "mail_quotas",
        "blobs.files",
        "blobs.chunks",
    ];
    let mut actions: Vec<Action> = collections
        .into_iter()
        .map(|name| Action::CreateCollection { name })
        .collect();
    actions.extend(unique_and_lookup_indexes());
    actions.extend(expiry_indexes());
    actions
}

fn unique_and_lookup_indexes() -> Vec<Action> {
    vec![
        index(
            "users",
            doc! { "key": { "email_key": 1 }, "name": "email_key_unique", "unique": true },
        ),
        index(
            "verifications",
            doc! { "key": { "user_id": 1, "_id": -1 }, "name": "by_user" },
        ),
        index(
            "sessions",
            doc! { "key": { "user_id": 1, "_id": -1 }, "name": "by_user" },
        ),
        index(
            "files",
            doc! { "key": { "owner_id": 1, "_id": -1 }, "name": "by_owner" },
        ),
        index(
            "files",
            doc! { "key": { "state": 1, "_id": -1 }, "name": "by_state" },
        ),
        index(
            "links",
            doc! { "key": { "client_id": 1, "_id": -1 }, "name": "by_client" },
        ),
        index("links", doc! { "key": { "file_id": 1 }, "name": "by_file" }),
        index(
            "blobs.files",
            doc! { "key": { "filename": 1, "uploadDate": 1 }, "name": "filename_1_uploadDate_1" },
        ),
        index(
            "blobs.chunks",
            doc! { "key": { "files_id": 1, "n": 1 }, "name": "files_id_1_n_1", "unique": true },
        ),
    ]
}

/// Rows that nobody needs any more go by themselves, some time after they stopped working.
fn expiry_indexes() -> Vec<Action> {
    let expire = |collection, field: &str, seconds: i64| {
        index(
            collection,
            doc! { "key": { field: 1 }, "name": "expiry", "expireAfterSeconds": seconds },
        )
    };
    vec![
        expire("verifications", "expires_at", 7 * DAY_SECONDS),
        expire("sessions", "absolute_expires_at", DAY_SECONDS),
        expire("links", "expires_at", 30 * DAY_SECONDS),
        expire("idempotency_keys", "expire_at", 0),
        expire("mail_quotas", "expire_at", 0),
    ]
}
