//! Room that is reserved for uploads that ended long ago. Any API process ends them, if one runs.

use mongodb::bson::doc;

use super::difference::{Check, Difference, Repair};
use super::snapshot::Snapshot;
use crate::clock::rfc3339;
use crate::storage::Reservation;
use crate::store::{StoreError, collection};

pub(super) async fn find(snapshot: &mut Snapshot) -> Result<Vec<Difference>, StoreError> {
    let overdue = doc! { "$match": { "until": { "$lt": snapshot.settled() } } };
    let rows: Vec<Reservation> = snapshot
        .rows(collection::STORAGE_RESERVATIONS, vec![overdue])
        .await?;
    Ok(rows.iter().map(difference).collect())
}

fn difference(row: &Reservation) -> Difference {
    Difference {
        check: Check::StaleReservations,
        id: row.upload.to_string(),
        found: format!(
            "of {}, its time was over at {}",
            row.user_id,
            rfc3339(row.until)
        ),
        repair: Repair::Reservation(row.upload),
    }
}
