//! Counters of what documents take that say something else than the documents.

use super::difference::{Check, Difference, Repair};
use super::snapshot::Snapshot;
use crate::store::StoreError;
use crate::store::storage_recount::{Recount, compare_storage_at};

pub(super) async fn find(snapshot: &mut Snapshot) -> Result<Vec<Difference>, StoreError> {
    let recounts = compare_storage_at(&snapshot.store, &mut snapshot.session).await?;
    let wrong = recounts.into_iter().filter(|recount| !recount.is_right());
    Ok(wrong.take(Snapshot::MOST).map(difference).collect())
}

fn difference(recount: Recount) -> Difference {
    let (recorded, counted) = (recount.recorded, recount.counted);
    let found = format!(
        "{} bytes in {} recorded, {} bytes in {} counted; {} reservations without an upload",
        recorded.bytes,
        recorded.files,
        counted.bytes,
        counted.files,
        recount.strays.len()
    );
    Difference {
        check: Check::StorageUsage,
        id: recount.id.clone(),
        found,
        repair: Repair::Usage(recount),
    }
}
