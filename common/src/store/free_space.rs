//! How much room is left on the volume that documents are kept on.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use mongodb::bson::{Bson, Document, doc};
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

use super::{Store, StoreError};
use crate::blob::BlobUrl;

/// How long an answer holds.
const REMEMBERED: Duration = Duration::from_secs(2);

/// How long the database may take to say it.
const ANSWER_LIMIT: Duration = Duration::from_secs(1);

/// How much room is left on the volume that documents are kept on: that of the local directory which
/// `BLOB_URL` names, or else that of the database, as it says itself. Cheap to clone: what one clone learns,
/// all know.
///
/// One asks at a time, and the others wait for the same answer, a second at most.
#[derive(Clone, Debug)]
pub struct FreeSpace {
    store: Store,
    known: Arc<Mutex<Option<Known>>>,
}

#[derive(Clone, Copy, Debug)]
struct Known {
    asked_at: Instant,
    bytes: Option<u64>,
}

impl FreeSpace {
    /// The room of `store`.
    pub fn of(store: Store) -> Self {
        Self {
            store,
            known: Arc::default(),
        }
    }

    /// So many bytes as of at most two seconds ago. None when the database or the disk does not say: it is
    /// late, or this program may not ask (`dbStats`).
    pub async fn bytes(&self) -> Option<u64> {
        let mut known = self.known.lock().await;
        let fresh = known.filter(|known| known.asked_at.elapsed() < REMEMBERED);
        if let Some(fresh) = fresh {
            return fresh.bytes;
        }
        let asked_at = Instant::now();
        let bytes = self.ask().await;
        *known = Some(Known { asked_at, bytes });
        bytes
    }

    async fn ask(&self) -> Option<u64> {
        let store = self.store.clone();
        // A task of its own: a database call must not be dropped when it is waited for no more.
        let asking = tokio::spawn(async move { store.free_bytes().await });
        match timeout(ANSWER_LIMIT, asking).await {
            Ok(Ok(Ok(bytes))) => bytes,
            Ok(Ok(Err(error))) => {
                tracing::warn!(%error, "the free space is not known; uploads are accepted");
                None
            }
            Ok(Err(_)) | Err(_) => {
                tracing::warn!("nobody said in time how much space is free; uploads are accepted");
                None
            }
        }
    }
}

impl Store {
    async fn free_bytes(&self) -> Result<Option<u64>, StoreError> {
        let url = self.blob_settings().url.as_ref();
        if let Some(directory) = url.and_then(BlobUrl::directory) {
            let asking = tokio::task::spawn_blocking(move || free_in(&directory));
            return asking.await?.map(Some);
        }
        let limit = i64::try_from(ANSWER_LIMIT.as_millis()).unwrap_or(i64::MAX);
        let answer = self
            .database
            .run_command(doc! { "dbStats": 1, "maxTimeMS": limit })
            .await
            .map_err(StoreError::database("ask for the free space"))?;
        Ok(free(&answer))
    }
}

/// What is free for this program on the volume of `directory`.
fn free_in(directory: &Path) -> Result<u64, StoreError> {
    let volume =
        rustix::fs::statvfs(directory).map_err(StoreError::bytes("ask for the free space"))?;
    Ok(volume.f_bavail.saturating_mul(volume.f_frsize))
}

/// What is free by an answer to `dbStats`; servers that keep nothing on a disk do not say it.
fn free(answer: &Document) -> Option<u64> {
    let total = number(answer.get("fsTotalSize")?)?;
    let used = number(answer.get("fsUsedSize")?)?;
    Some((total - used).max(0.0) as u64)
}

/// A size in whichever type the server chose for it.
fn number(value: &Bson) -> Option<f64> {
    match value {
        Bson::Double(number) => Some(*number),
        Bson::Int64(number) => Some(*number as f64),
        Bson::Int32(number) => Some(f64::from(*number)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_free_is_read_from_numbers_of_every_type() {
        let mixed = doc! { "fsTotalSize": 1000_i64, "fsUsedSize": 400.0 };
        assert_eq!(free(&mixed), Some(600));
        let full = doc! { "fsTotalSize": 1000_i32, "fsUsedSize": 1001_i64 };
        assert_eq!(free(&full), Some(0));
        assert_eq!(free(&doc! { "ok": 1 }), None);
    }
}
