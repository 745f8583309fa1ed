//! An index for the downloads of a client.

use mongodb::bson::doc;

use crate::{Action, Migration};

pub(super) fn migration() -> Migration {
    Migration {
        number: 20,
        name: "downloads of a client",
        actions: vec![Action::CreateIndex {
            collection: "downloads",
            spec: doc! { "key": { "client_id": 1, "_id": -1 }, "name": "by_client" },
        }],
    }
}
