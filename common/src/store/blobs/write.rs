//! Storing bytes as they arrive.

use bytes::Bytes;
use sha2::Digest;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::Blobs;
use super::blob_store::BlobSink;
use crate::blob::{SealError, Sealer};
use crate::digest::Sha256;
use crate::id::BlobId;
use crate::store::StoreError;

/// How many pieces may wait between the network and the store.
const QUEUED_PIECES: usize = 8;

/// Bytes that are stored for good: acknowledged by a majority, or on a disk that was told to keep them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredBlob {
    /// Where they are.
    pub id: BlobId,
    /// How many there are, before they were sealed.
    pub size_bytes: u64,
    /// Their digest, before they were sealed.
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
    pub(super) fn start(blobs: Blobs, id: BlobId) -> Self {
        let (pieces, incoming) = mpsc::channel(QUEUED_PIECES);
        let (finish, finished) = oneshot::channel();
        let task = tokio::spawn(store(blobs, id, incoming, finished));
        Self {
            pieces,
            finish,
            task,
        }
    }

    /// Hands over the next piece; waits while the store is behind.
    ///
    /// Returns `false` when the store refused an earlier piece: [`finish`](Self::finish) then
    /// tells why.
    pub async fn write(&self, piece: Bytes) -> bool {
        self.pieces.send(piece).await.is_ok()
    }

    /// Waits until everything is stored.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`] or [`StoreError::Bytes`] when a piece could not be stored; nothing is left of
    /// it then.
    pub async fn finish(self) -> Result<StoredBlob, StoreError> {
        let _ = self.finish.send(());
        drop(self.pieces);
        let stored = self.task.await??;
        Ok(stored.expect("a writer told to finish stores or fails"))
    }

    /// Ends the writing, removes what is stored, and waits for that. Where the store does not let it,
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
    blobs: Blobs,
    id: BlobId,
    mut incoming: mpsc::Receiver<Bytes>,
    finished: oneshot::Receiver<()>,
) -> Result<Option<StoredBlob>, StoreError> {
    let found = blobs.begin(id).await?;
    let sink = match found.store.create(id).await {
        Ok(sink) => sink,
        Err(error) => return Err(give_up(&blobs, id, None, error).await),
    };
    let mut upload = Upload {
        sink,
        sealer: found.key.as_ref().map(|key| Sealer::new(key, id)),
        hasher: sha2::Sha256::new(),
        size_bytes: 0,
    };
    while let Some(piece) = incoming.recv().await {
        if let Err(error) = upload.write(piece).await {
            return Err(give_up(&blobs, id, Some(upload.sink), error).await);
        }
    }
    if finished.await.is_err() {
        upload.sink.abort().await?;
        blobs.delete_place(id).await?;
        return Ok(None);
    }
    match upload.finish(id).await {
        Ok(stored) => Ok(Some(stored)),
        Err(error) => Err(give_up(&blobs, id, None, error).await),
    }
}

/// Removes what was stored so far. The error that was first counts.
async fn give_up(
    blobs: &Blobs,
    id: BlobId,
    sink: Option<Box<dyn BlobSink>>,
    error: StoreError,
) -> StoreError {
    if let Some(sink) = sink {
        let _ = sink.abort().await;
    }
    let _ = blobs.delete(id).await;
    error
}

/// What has come of a blob so far.
struct Upload {
    sink: Box<dyn BlobSink>,
    sealer: Option<Sealer>,
    hasher: sha2::Sha256,
    size_bytes: u64,
}

impl Upload {
    async fn write(&mut self, piece: Bytes) -> Result<(), StoreError> {
        self.hasher.update(&piece);
        self.size_bytes += piece.len() as u64;
        let piece = match &mut self.sealer {
            Some(sealer) => sealer.push(&piece).map_err(too_long)?,
            None => piece,
        };
        if piece.is_empty() {
            return Ok(());
        }
        self.sink.write(piece).await
    }

    async fn finish(mut self, id: BlobId) -> Result<StoredBlob, StoreError> {
        if let Some(sealer) = self.sealer.take() {
            let last = sealer.finish().map_err(too_long)?;
            if let Err(error) = self.sink.write(last).await {
                let _ = self.sink.abort().await;
                return Err(error);
            }
        }
        self.sink.finish().await?;
        Ok(StoredBlob {
            id,
            size_bytes: self.size_bytes,
            sha256: Sha256::finish(self.hasher),
        })
    }
}

fn too_long(_: SealError) -> StoreError {
    let reason = "one blob is at most 280 terabytes long";
    StoreError::bytes("seal a blob")(std::io::Error::other(reason))
}
