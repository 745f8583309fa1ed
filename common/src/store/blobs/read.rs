//! Reading bytes, whole or in part.

use bytes::Bytes;
use futures_util::TryStreamExt;
use mongodb::Collection;
use mongodb::bson::spec::BinarySubtype;
use mongodb::bson::{Bson, RawDocumentBuf, doc};
use tokio::sync::mpsc;

use super::{CHUNK_BYTES, StoreError};
use crate::id::BlobId;

/// How many chunks may wait between the database and the network.
const QUEUED_CHUNKS: usize = 2;

/// Bytes `start..end`, counted from zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByteRange {
    /// The first byte.
    pub start: u64,
    /// One past the last byte.
    pub end: u64,
}

impl ByteRange {
    /// How many bytes it spans.
    pub fn len(&self) -> u64 {
        self.end.saturating_sub(self.start)
    }

    /// Whether it spans none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The bytes stored under one id.
#[derive(Clone, Debug)]
pub struct BlobReader {
    chunks: Collection<RawDocumentBuf>,
    id: BlobId,
    size_bytes: u64,
}

impl BlobReader {
    pub(super) fn new(chunks: Collection<RawDocumentBuf>, id: BlobId, size_bytes: u64) -> Self {
        Self {
            chunks,
            id,
            size_bytes,
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
    /// [`StoreError::BlobIncomplete`] when it is not there, [`StoreError::Database`].
    pub async fn chunk_at(&self, offset: u64) -> Result<(u64, Bytes), StoreError> {
        let n = offset / u64::from(CHUNK_BYTES);
        let row = self
            .chunks
            .find_one(doc! { "files_id": Bson::from(self.id), "n": chunk_number(n) })
            .await
            .map_err(StoreError::database("read a chunk"))?
            .ok_or(StoreError::BlobIncomplete { blob: self.id })?;
        let bytes = self.verified(&row, n)?;
        Ok((n * u64::from(CHUNK_BYTES), bytes))
    }

    /// Streams the bytes of `range`, chunk by chunk, from a task of its own that ends when the
    /// receiver is dropped.
    pub fn stream(self, range: ByteRange) -> mpsc::Receiver<Result<Bytes, StoreError>> {
        let (sender, receiver) = mpsc::channel(QUEUED_CHUNKS);
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
        let size = u64::from(CHUNK_BYTES);
        let (first, last) = (range.start / size, (range.end - 1) / size);
        let mut rows = self
            .chunks
            .find(doc! {
                "files_id": Bson::from(self.id),
                "n": { "$gte": chunk_number(first), "$lte": chunk_number(last) },
            })
            .sort(doc! { "n": 1 })
            .batch_size(4)
            .await
            .map_err(StoreError::database("read a blob"))?;
        for n in first..=last {
            let row = rows
                .try_next()
                .await
                .map_err(StoreError::database("read a blob"))?
                .ok_or(StoreError::BlobIncomplete { blob: self.id })?;
            let bytes = self.verified(&row, n)?;
            let from = range.start.saturating_sub(n * size);
            let to = (range.end - n * size).min(bytes.len() as u64);
            let piece = bytes.slice(as_index(from)..as_index(to));
            if sender.send(Ok(piece)).await.is_err() {
                break;
            }
        }
        Ok(())
    }

    /// The bytes of chunk `n`, provided that it is that chunk and as long as it must be.
    fn verified(&self, row: &RawDocumentBuf, n: u64) -> Result<Bytes, StoreError> {
        let incomplete = || StoreError::BlobIncomplete { blob: self.id };
        let data = row.get_binary("data").map_err(|_| incomplete())?;
        let size = u64::from(CHUNK_BYTES);
        let expected = size.min(self.size_bytes.saturating_sub(n * size));
        let right = row.get_i32("n").ok() == Some(chunk_number(n))
            && data.subtype == BinarySubtype::Generic
            && data.bytes.len() as u64 == expected;
        right
            .then(|| Bytes::copy_from_slice(data.bytes))
            .ok_or_else(incomplete)
    }
}

fn chunk_number(n: u64) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}

fn as_index(offset_in_chunk: u64) -> usize {
    usize::try_from(offset_in_chunk).unwrap_or(usize::MAX)
}
