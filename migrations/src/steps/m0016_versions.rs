//! Where documents speak of stored bytes, so that whoever has bytes can find their document.

use mongodb::bson::doc;

use crate::{Action, Migration};

const FILES: &str = "files";

pub(super) fn migration() -> Migration {
    let index = |spec| Action::CreateIndex {
        collection: FILES,
        spec,
    };
    Migration {
        number: 16,
        name: "versions",
        actions: vec![
            index(doc! { "key": { "blob_id": 1 }, "name": "by_blob" }),
            index(
                doc! { "key": { "earlier.blob_id": 1 }, "name": "by_earlier_blob", "sparse": true },
            ),
            index(
                doc! { "key": { "replacement.blob_id": 1 }, "name": "by_replacement", "sparse": true },
            ),
        ],
    }
}
