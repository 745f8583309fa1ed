//! Storing bytes as they arrive.

use bytes::Bytes;
use futures_util::AsyncWriteExt;
use mongodb::bson::Bson;
use mongodb::gridfs::GridFsBucket;
use sha2::Digest;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::StoreError;
use crate::digest::Sha256;
use crate::id::BlobId;

/// How many pieces may wait between the network and the database.
const QUEUED_PIECES: usize = 8;

/// Bytes that are stored for good: acknowledged by a majority.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredBlob {
    /// Where they are.
    pub id: BlobId,
    /// How many there are.
    pub size_bytes: u64,
    /// Their digest.
    pub sha256: Sha256,
}

/// Stores bytes in a task of its own, so that a caller that is dropped (its client went away)
/// leaves no half-done database call behind. Bytes of a writer that was not
/// [finished](Self::finish) are removed again.
#[derive(Debug)]
pub struct BlobWriter {
    pieces: mpsc::Sender<Bytes>,
    finish: oneshot::Sender<()>,
    task: JoinHandle<Result<Option<StoredBlob>, StoreError>>,
}

impl BlobWriter {
    pub(super) fn start(bucket: GridFsBucket, id: BlobId) -> Self {
        let (pieces, incoming) = mpsc::channel(QUEUED_PIECES);
        let (finish, finished) = oneshot::channel();
        let task = tokio::spawn(store(bucket, id, incoming, finished));
        Self {
            pieces,
            finish,
            task,
        }
    }

    /// Hands over the next piece; waits while the database is behind.
    ///
    /// Returns `false` when the database refused an earlier piece: [`finish`](Self::finish) then
    /// tells why.
    pub async fn write(&self, piece: Bytes) -> bool {
        self.pieces.send(piece).await.is_ok()
    }

    /// Waits until everything is stored.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`] when a piece could not be stored; nothing is left of it then.
    pub async fn finish(self) -> Result<StoredBlob, StoreError> {
        let _ = self.finish.send(());
        drop(self.pieces);
        let stored = self.task.await??;
        Ok(stored.expect("a writer told to finish stores or fails"))
    }

    /// Ends the writing, removes what is stored, and waits for that. Where the database does not let it,
    /// [`Store::delete_blob`](crate::store::Store::delete_blob) has to do it later.
    pub async fn discard(self) {
        drop(self.finish);
        drop(self.pieces);
        let removed = self.task.await;
        if let Ok(Err(error)) = removed {
            tracing::debug!(%error, "the bytes of an upload are left to be removed");
        }
    }
}

async fn store(
    bucket: GridFsBucket,
    id: BlobId,
    mut incoming: mpsc::Receiver<Bytes>,
    finished: oneshot::Receiver<()>,
) -> Result<Option<StoredBlob>, StoreError> {
    let mut upload = bucket
        .open_upload_stream(id.to_string())
        .id(Bson::from(id))
        .await
        .map_err(StoreError::database("begin to store a blob"))?;
    let mut hasher = sha2::Sha256::new();
    let mut size_bytes = 0_u64;
    while let Some(piece) = incoming.recv().await {
        hasher.update(&piece);
        size_bytes += piece.len() as u64;
        if let Err(error) = upload.write_all(&piece).await {
            return Err(give_up(&bucket, id, error).await);
        }
    }
    if finished.await.is_err() {
        let abandoned = upload.abort().await;
        return abandoned
            .map(|()| None)
            .map_err(StoreError::database("remove an abandoned blob"));
    }
    if let Err(error) = upload.close().await {
        return Err(give_up(&bucket, id, error).await);
    }
    Ok(Some(StoredBlob {
        id,
        size_bytes,
        sha256: Sha256::finish(hasher),
    }))
}

/// Removes what was stored so far and turns the stream's error into ours.
async fn give_up(bucket: &GridFsBucket, id: BlobId, error: std::io::Error) -> StoreError {
    // The first error counts. The stream itself has nothing to abort any more.
    let _ = bucket.delete(Bson::from(id)).await;
    StoreError::database("store a blob")(mongodb::error::Error::from(error))
}
