//! Reading bytes, whole or in part.

use std::fmt;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use tokio::sync::{OnceCell, mpsc};

use super::Blobs;
use super::gridfs::CHUNK_BYTES;
use super::stores::Found;
use crate::blob::{
    ByteRange, Opener, SEALED_SEGMENT_BYTES, SEGMENT_BYTES, SealError, sealed_range, sealed_size,
};
use crate::id::BlobId;
use crate::store::StoreError;

/// How many pieces may wait between the store and the network: what is read while a download is being counted.
const QUEUED_PIECES: usize = 4;

/// The bytes stored under one id. Clones look for them together, once.
#[derive(Clone)]
pub struct BlobReader {
    blobs: Blobs,
    id: BlobId,
    size_bytes: u64,
    found: Arc<OnceCell<Found>>,
}

impl fmt::Debug for BlobReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BlobReader")
            .field("id", &self.id)
            .field("size_bytes", &self.size_bytes)
            .finish_non_exhaustive()
    }
}

impl BlobReader {
    pub(super) fn new(blobs: Blobs, id: BlobId, size_bytes: u64) -> Self {
        Self {
            blobs,
            id,
            size_bytes,
            found: Arc::default(),
        }
    }

    /// How many bytes there are.
    pub fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    /// The chunk that byte `offset` is in: its first byte's offset, and its bytes.
    ///
    /// # Errors
    ///
    /// [`StoreError::BlobIncomplete`] when it is not there; those of [`stream`](Self::stream).
    pub async fn chunk_at(&self, offset: u64) -> Result<(u64, Bytes), StoreError> {
        let chunk = match self.found().await?.key {
            Some(_) => u64::from(CHUNK_BYTES) / SEALED_SEGMENT_BYTES * SEGMENT_BYTES,
            None => u64::from(CHUNK_BYTES),
        };
        let start = offset / chunk * chunk;
        let end = (start + chunk).min(self.size_bytes);
        let range = ByteRange { start, end };
        if range.is_empty() {
            return Err(StoreError::BlobIncomplete { blob: self.id });
        }
        let mut all = BytesMut::new();
        let mut pieces = self.open(range).await?;
        while let Some(piece) = pieces.next().await? {
            // Most chunks are one piece.
            if piece.len() as u64 == range.len() {
                return Ok((start, piece));
            }
            all.extend_from_slice(&piece);
        }
        Ok((start, all.freeze()))
    }

    /// Streams the bytes of `range`, piece by piece, from a task of its own that ends when the
    /// receiver is dropped.
    ///
    /// The last thing it sends may be an error: [`StoreError::BlobIncomplete`], [`StoreError::BlobDamaged`],
    /// [`StoreError::BlobKeyMissing`], [`StoreError::Bytes`], [`StoreError::Database`]. What it sent before is
    /// right all the same.
    pub fn stream(self, range: ByteRange) -> mpsc::Receiver<Result<Bytes, StoreError>> {
        let (sender, receiver) = mpsc::channel(QUEUED_PIECES);
        tokio::spawn(async move {
            if let Err(error) = self.send_range(range, &sender).await {
                let _ = sender.send(Err(error)).await;
            }
        });
        receiver
    }

    async fn send_range(
        &self,
        range: ByteRange,
        sender: &mpsc::Sender<Result<Bytes, StoreError>>,
    ) -> Result<(), StoreError> {
        let range = ByteRange {
            start: range.start,
            end: range.end.min(self.size_bytes),
        };
        if range.is_empty() {
            return Ok(());
        }
        let mut pieces = self.open(range).await?;
        while let Some(piece) = pieces.next().await? {
            if sender.send(Ok(piece)).await.is_err() {
                break;
            }
        }
        Ok(())
    }

    async fn found(&self) -> Result<&Found, StoreError> {
        let finding = || self.blobs.find(self.id);
        self.found.get_or_try_init(finding).await
    }

    async fn open(&self, range: ByteRange) -> Result<Reading, StoreError> {
        let found = self.found().await?;
        let (stored_bytes, stored) = match found.key {
            Some(_) => (
                sealed_size(self.size_bytes),
                sealed_range(range, self.size_bytes),
            ),
            None => (self.size_bytes, range),
        };
        let opener = found.key.as_ref();
        let opener = opener.map(|key| Opener::new(key, self.id, self.size_bytes, range));
        let pieces = found.store.read(self.id, stored_bytes, stored).await?;
        Ok(Reading {
            pieces,
            blob: self.id,
            missing: stored.len(),
            opener,
        })
    }
}

/// A range that is being read.
struct Reading {
    pieces: super::blob_store::Pieces,
    blob: BlobId,
    /// How many stored bytes have not come yet.
    missing: u64,
    opener: Option<Opener>,
}

impl Reading {
    /// The next bytes, never none of them; nothing when all of the range was read.
    async fn next(&mut self) -> Result<Option<Bytes>, StoreError> {
        let blob = self.blob;
        let damaged = |_: SealError| StoreError::BlobDamaged { blob };
        while let Some(stored) = self.pieces.next().await.transpose()? {
            let left = self.missing.checked_sub(stored.len() as u64);
            self.missing = left.ok_or(StoreError::BlobIncomplete { blob })?;
            let piece = match &mut self.opener {
                Some(opener) => opener.push(&stored).map_err(damaged)?,
                None => stored,
            };
            if !piece.is_empty() {
                return Ok(Some(piece));
            }
        }
        if self.missing > 0 {
            return Err(StoreError::BlobIncomplete { blob });
        }
        if let Some(opener) = self.opener.take() {
            opener.finish().map_err(damaged)?;
        }
        Ok(None)
    }
}
