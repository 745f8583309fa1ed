//! Links that work although their document cannot be downloaded.

use mongodb::bson::{DateTime, Document, doc};
use serde::Deserialize;

use super::difference::{Check, Difference, Repair};
use super::snapshot::{Snapshot, settled};
use crate::id::{FileId, LinkId};
use crate::store::{StoreError, collection};

#[derive(Deserialize)]
struct Row {
    #[serde(rename = "_id")]
    id: LinkId,
    file_id: FileId,
}

pub(super) async fn find(snapshot: &mut Snapshot) -> Result<Vec<Difference>, StoreError> {
    let old = doc! { "$lt": LinkId::lowest(snapshot.settled()) };
    let pipeline = pipeline(old, snapshot.now);
    let rows: Vec<Row> = snapshot.rows(collection::LINKS, pipeline).await?;
    Ok(rows.into_iter().map(difference).collect())
}

fn difference(row: Row) -> Difference {
    Difference {
        check: Check::StaleLinks,
        id: row.id.to_string(),
        found: format!(
            "{} is gone, withdrawn, rejected or has other bytes",
            row.file_id
        ),
        repair: Repair::Link(row.id),
    }
}

/// The stages that find those of `ids` that work at `now` without a document.
pub(super) fn pipeline(ids: Document, now: DateTime) -> Vec<Document> {
    let offered = doc! { "state": "available", "withdrawn": null, "bytes_removed_at": null };
    vec![
        doc! { "$match": {
            "_id": ids, "state": { "$in": ["requested", "ready"] }, "expires_at": { "$gt": now },
        } },
        doc! { "$lookup": {
            "from": collection::FILES, "localField": "file_id", "foreignField": "_id",
            "pipeline": [{ "$match": offered }, { "$project": { "sha256": 1 } }],
            "as": "file",
        } },
        doc! { "$match": { "$expr": { "$not": [{ "$in": ["$sha256", "$file.sha256"] }] } } },
        doc! { "$project": { "file_id": 1 } },
    ]
}

/// Those older than an hour: a younger one may just be taken back.
pub(super) fn only(id: LinkId, now: DateTime) -> Document {
    doc! { "$eq": id, "$lt": LinkId::lowest(settled(now)) }
}
