//! Counting anew what documents take, while uploads go on.
//!
//! Documents, rows and uploads under way are read at one moment, in a transaction. What a row was wrong by at
//! that moment is then added to it: what uploads add or release meanwhile is added too, in whichever order.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::TryStreamExt;
use mongodb::ClientSession;
use mongodb::bson::{Bson, doc};
use serde::Deserialize;

use super::error::is_duplicate_key;
use super::kept_blobs::kept_blobs;
use super::{Store, StoreError, Tx};
use crate::id::BlobId;
use crate::storage::{Reservation, ReservationState, StorageUsage, UsageOf};

/// Documents, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StorageCount {
    /// Their bytes.
    pub bytes: i64,
    /// How many there are.
    pub files: i64,
}

/// What a row said, and what it has to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recount {
    /// Whose documents: a user's id, or `total`.
    pub id: String,
    /// What the row said.
    pub recorded: StorageCount,
    /// What was counted.
    pub counted: StorageCount,
    /// What is reserved for uploads that there are not.
    pub strays: Vec<BlobId>,
    /// How often the row was counted anew before.
    recounts: i64,
}

impl Recount {
    /// Whether the row was right.
    pub fn is_right(&self) -> bool {
        self.recorded == self.counted && self.strays.is_empty()
    }
}

/// What there is at one moment.
struct Moment {
    usages: Vec<StorageUsage>,
    reservations: Vec<Reservation>,
    sums: Vec<OfOwner>,
}

#[derive(Deserialize)]
struct OfOwner {
    #[serde(rename = "_id")]
    owner: String,
    bytes: i64,
    files: i64,
}

impl Store {
    /// Counts anew and puts right what is wrong; every row, the wrong ones included as they were.
    ///
    /// It reads every document once, and has a minute for that: MongoDB's limit for a transaction.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`]; rows that were put right stay so.
    pub async fn recount_storage(&self) -> Result<Vec<Recount>, StoreError> {
        let recounts = self.compare_storage().await?;
        for recount in recounts.iter().filter(|recount| !recount.is_right()) {
            self.put_right(recount).await?;
        }
        Ok(recounts)
    }

    /// Counts anew and changes nothing.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn compare_storage(&self) -> Result<Vec<Recount>, StoreError> {
        let moment = self
            .transaction("count what documents take", |tx| {
                Box::pin(async move { tx.storage_moment().await })
            })
            .await?;
        Ok(compare(&moment))
    }

    /// Adds what the row was wrong by, unless another recount has done so.
    pub(super) async fn put_right(&self, recount: &Recount) -> Result<(), StoreError> {
        let (recorded, counted) = (recount.recorded, recount.counted);
        let mut update = doc! { "$inc": {
            "used_bytes": counted.bytes - recorded.bytes,
            "used_files": counted.files - recorded.files,
            "recounts": 1_i64,
        } };
        let has_strays = !recount.strays.is_empty();
        if has_strays {
            let strays: Vec<Bson> = recount.strays.iter().map(|id| Bson::from(*id)).collect();
            update.insert("$pull", doc! { "held": { "upload": { "$in": strays } } });
        } else {
            update.insert("$setOnInsert", doc! { "held": [] });
        }
        let updated = self
            .collections
            .storage_usage
            .update_one(
                doc! { "_id": &recount.id, "recounts": recount.recounts },
                update,
            )
            .upsert(!has_strays)
            .await;
        match updated {
            Ok(_) => Ok(()),
            Err(error) if is_duplicate_key(&error) => Ok(()),
            Err(error) => Err(StoreError::database("put the usage of storage right")(
                error,
            )),
        }
    }
}

impl Tx<'_> {
    async fn storage_moment(&mut self) -> Result<Moment, StoreError> {
        Moment::read(self.store, self.session).await
    }
}

/// Every row beside what it has to say at the moment that `session` shows.
pub(super) async fn compare_storage_at(
    store: &Store,
    session: &mut ClientSession,
) -> Result<Vec<Recount>, StoreError> {
    let moment = Moment::read(store, session).await?;
    Ok(compare(&moment))
}

impl Moment {
    async fn read(store: &Store, session: &mut ClientSession) -> Result<Self, StoreError> {
        const OPERATION: &str = "count what documents take";
        let collections = &store.collections;
        let mut usages = collections
            .storage_usage
            .find(doc! {})
            .session(&mut *session)
            .await
            .map_err(StoreError::database(OPERATION))?;
        let usages = usages.stream(&mut *session).try_collect().await;
        let mut reservations = collections
            .storage_reservations
            .find(doc! {})
            .session(&mut *session)
            .await
            .map_err(StoreError::database(OPERATION))?;
        let reservations = reservations.stream(&mut *session).try_collect().await;
        let kept = doc! { "$project": { "owner_id": 1, "kept": kept_blobs(None) } };
        let group = doc! { "$group": {
            "_id": "$owner_id",
            "bytes": { "$sum": { "$sum": "$kept.size_bytes" } },
            "files": { "$sum": { "$size": "$kept" } },
        } };
        let mut sums = collections
            .files
            .aggregate([kept, group])
            .with_type::<OfOwner>()
            .session(&mut *session)
            .await
            .map_err(StoreError::database(OPERATION))?;
        let sums = sums.stream(&mut *session).try_collect().await;
        Ok(Self {
            usages: usages.map_err(StoreError::database(OPERATION))?,
            reservations: reservations.map_err(StoreError::database(OPERATION))?,
            sums: sums.map_err(StoreError::database(OPERATION))?,
        })
    }
}

/// Every row beside what it has to say.
fn compare(moment: &Moment) -> Vec<Recount> {
    let mut counted: BTreeMap<String, StorageCount> = BTreeMap::new();
    for usage in &moment.usages {
        counted.entry(usage.id.clone()).or_default();
    }
    for sum in &moment.sums {
        for id in [sum.owner.clone(), UsageOf::Everybody.id()] {
            let count = counted.entry(id).or_default();
            count.bytes += sum.bytes;
            count.files += sum.files;
        }
    }
    let rows = counted.into_iter();
    rows.map(|(id, count)| of_row(id, count, moment)).collect()
}

/// A row beside `counted`. A document that is not counted in the row yet, for its upload is just ending, will
/// be.
fn of_row(id: String, mut counted: StorageCount, moment: &Moment) -> Recount {
    let row = moment.usages.iter().find(|usage| usage.id == id);
    let held: BTreeSet<BlobId> = row
        .iter()
        .flat_map(|row| row.held.iter().map(|held| held.upload))
        .collect();
    let mut strays = held.clone();
    for reservation in &moment.reservations {
        strays.remove(&reservation.upload);
        if reservation.state == ReservationState::Kept && held.contains(&reservation.upload) {
            counted.bytes -= reservation.size_bytes.unwrap_or(0);
            counted.files -= 1;
        }
    }
    let recorded = row.map(|row| StorageCount {
        bytes: row.used_bytes,
        files: row.used_files,
    });
    Recount {
        id,
        recorded: recorded.unwrap_or_default(),
        counted,
        strays: strays.into_iter().collect(),
        recounts: row.map_or(0, |row| row.recounts),
    }
}

#[cfg(test)]
mod tests {
    use mongodb::bson::DateTime;

    use super::*;
    use crate::entropy::Entropy;
    use crate::id::UserId;
    use crate::storage::Held;

    #[test]
    fn a_document_whose_upload_is_just_ending_counts_once_and_a_stray_hold_is_found() {
        let (entropy, now) = (Entropy::seeded(2), DateTime::from_millis(1_000));
        let user = UserId::generate(&entropy, now);
        let [ending, stray] = [(); 2].map(|()| BlobId::generate(&entropy, now));
        let held = |upload| Held { upload, bytes: 70 };
        let theirs = StorageUsage {
            used_bytes: 100,
            used_files: 1,
            held: vec![held(ending), held(stray)],
            ..StorageUsage::none(UsageOf::Person(user))
        };
        // The total has counted the document that is just ending.
        let total = StorageUsage {
            used_bytes: 160,
            used_files: 2,
            ..StorageUsage::none(UsageOf::Everybody)
        };
        let moment = Moment {
            usages: vec![theirs, total],
            reservations: vec![Reservation {
                upload: ending,
                user_id: user,
                state: ReservationState::Kept,
                size_bytes: Some(60),
                until: now,
            }],
            sums: vec![OfOwner {
                owner: user.to_string(),
                bytes: 160,
                files: 2,
            }],
        };
        let found = compare(&moment);
        let of = |id: &str| found.iter().find(|it| it.id == id).expect("a row");
        assert!(of("total").is_right(), "{found:?}");
        let theirs = of(&user.to_string());
        assert_eq!(theirs.recorded, theirs.counted);
        assert_eq!(theirs.strays, [stray]);
    }
}
