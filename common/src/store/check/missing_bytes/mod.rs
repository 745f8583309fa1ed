//! Documents whose bytes are not all there.

mod elsewhere;
mod in_database;

use mongodb::bson::{Document, doc};

use super::difference::{Check, Difference, Repair};
use super::snapshot::Snapshot;
use crate::id::FileId;
use crate::store::kept_blobs::kept_blobs;
use crate::store::{StoreError, collection};

pub(super) async fn find(snapshot: &mut Snapshot) -> Result<Vec<Difference>, StoreError> {
    let mut found = in_database::find(snapshot).await?;
    if found.len() < Snapshot::MOST {
        found.extend(elsewhere::find(&snapshot.store).await?);
    }
    found.truncate(Snapshot::MOST);
    Ok(found)
}

fn difference(file: FileId, found: String) -> Difference {
    Difference {
        check: Check::MissingBytes,
        id: file.to_string(),
        found,
        repair: Repair::Nothing,
    }
}

/// The stages that make of documents a row for each of the blobs that they have, `kept`, with what is noted of its
/// place, `place`: an array, empty where the bytes are in the database and not sealed.
fn with_places() -> Vec<Document> {
    vec![
        doc! { "$project": { "kept": kept_blobs(None) } },
        doc! { "$unwind": "$kept" },
        doc! { "$lookup": {
            "from": collection::BLOB_PLACES, "localField": "kept.blob_id", "foreignField": "_id", "as": "place",
        } },
    ]
}

/// Whether the bytes are sealed, of a row of [`with_places`].
fn is_sealed() -> Document {
    doc! { "$gt": [{ "$first": "$place.sealed" }, null] }
}
