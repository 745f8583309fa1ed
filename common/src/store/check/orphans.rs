//! Bytes that no document and no upload speaks of. Those in a directory or a bucket are found by the rows of their
//! places, which are written before the first byte and removed after the last one; what has no row is not looked at: it
//! may be another database's.

use std::collections::BTreeSet;

use mongodb::bson::{DateTime, Document, doc};
use serde::Deserialize;

use super::difference::{Check, Difference, Repair};
use super::snapshot::{Snapshot, settled};
use crate::id::BlobId;
use crate::store::kept_blobs::kept_blobs;
use crate::store::{StoreError, collection};

/// Where documents speak of bytes.
const OF_FILES: [&str; 3] = ["blob_id", "earlier.blob_id", "replacement.blob_id"];

#[derive(Deserialize)]
struct Orphan {
    #[serde(rename = "_id")]
    id: BlobId,
}

pub(super) async fn find(snapshot: &mut Snapshot) -> Result<Vec<Difference>, StoreError> {
    let (now, old) = (snapshot.now, BlobId::lowest(snapshot.settled()));
    let mut found = BTreeSet::new();
    for source in Source::ALL {
        let pipeline = source.pipeline(doc! { "$lt": old }, now);
        let orphans: Vec<Orphan> = snapshot.rows(&source.collection(), pipeline).await?;
        found.extend(orphans.into_iter().map(|orphan| orphan.id));
    }
    let found = found.into_iter().take(Snapshot::MOST);
    Ok(found.map(difference).collect())
}

fn difference(id: BlobId) -> Difference {
    Difference {
        check: Check::OrphanBytes,
        id: id.to_string(),
        found: "nothing speaks of them".to_owned(),
        repair: Repair::Blob(id),
    }
}

/// What tells of bytes. A writer that died leaves chunks alone, or the row of a place alone.
#[derive(Clone, Copy, Debug)]
pub(super) enum Source {
    Blobs,
    Chunks,
    Places,
}

impl Source {
    pub(super) const ALL: [Self; 3] = [Self::Blobs, Self::Chunks, Self::Places];

    pub(super) fn collection(self) -> String {
        match self {
            Self::Blobs => format!("{}.files", collection::BLOBS),
            Self::Chunks => format!("{}.chunks", collection::BLOBS),
            Self::Places => collection::BLOB_PLACES.to_owned(),
        }
    }

    /// The stages that find those of `ids` that nothing speaks of at `now`.
    pub(super) fn pipeline(self, ids: Document, now: DateTime) -> Vec<Document> {
        let mut stages = match self {
            Self::Blobs | Self::Places => vec![
                doc! { "$match": { "_id": ids } },
                doc! { "$project": { "_id": 1 } },
            ],
            // Read from the index alone.
            Self::Chunks => vec![
                doc! { "$match": { "files_id": ids } },
                doc! { "$group": { "_id": "$files_id" } },
            ],
        };
        for field in OF_FILES {
            stages.extend(without_reference(in_files(field, now)));
        }
        stages.extend(without_reference(doc! {
            "from": collection::UPLOADS, "localField": "_id", "foreignField": "parts.blob_id",
            "as": "reference",
        }));
        stages.extend(without_reference(doc! {
            "from": collection::STORAGE_RESERVATIONS, "localField": "_id", "foreignField": "_id",
            "as": "reference",
        }));
        stages
    }
}

fn without_reference(lookup: Document) -> [Document; 2] {
    [
        doc! { "$lookup": lookup },
        doc! { "$match": { "reference": { "$size": 0 } } },
    ]
}

/// Documents that speak of the bytes in `field`, and do not say that they were removed.
fn in_files(field: &str, now: DateTime) -> Document {
    doc! {
        "from": collection::FILES, "localField": "_id", "foreignField": field,
        "let": { "blob": "$_id" },
        "pipeline": [
            { "$project": { "kept": kept_blobs(Some(settled(now))) } },
            { "$match": { "$expr": { "$in": ["$$blob", "$kept.blob_id"] } } },
            { "$limit": 1 },
            { "$project": { "_id": 1 } },
        ],
        "as": "reference",
    }
}
