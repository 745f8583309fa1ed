//! Bytes that no document and no upload speaks of.

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
    for source in [Source::Blobs, Source::Chunks] {
        let pipeline = source.pipeline(doc! { "$lt": old }, now);
        let orphans: Vec<Orphan> = snapshot.rows(&source.collection(), pipeline).await?;
        found.extend(orphans.into_iter().map(|orphan| orphan.id));
    }
    Ok(found.into_iter().map(difference).collect())
}

fn difference(id: BlobId) -> Difference {
    Difference {
        check: Check::OrphanBytes,
        id: id.to_string(),
        found: "nothing speaks of them".to_owned(),
        repair: Repair::Blob(id),
    }
}

/// Where bytes are stored. A writer that died leaves chunks alone.
#[derive(Clone, Copy, Debug)]
pub(super) enum Source {
    Blobs,
    Chunks,
}

impl Source {
    pub(super) fn collection(self) -> String {
        match self {
            Self::Blobs => format!("{}.files", collection::BLOBS),
            Self::Chunks => format!("{}.chunks", collection::BLOBS),
        }
    }

    /// The stages that find those of `ids` that nothing speaks of at `now`.
    pub(super) fn pipeline(self, ids: Document, now: DateTime) -> Vec<Document> {
        let mut stages = match self {
            Self::Blobs => vec![
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
