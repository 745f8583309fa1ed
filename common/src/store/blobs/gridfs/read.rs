//! Reading chunks.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use mongodb::Collection;
use mongodb::bson::spec::BinarySubtype;
use mongodb::bson::{Bson, RawDocument, RawDocumentBuf, doc};

use super::CHUNK_BYTES;
use crate::blob::ByteRange;
use crate::id::BlobId;
use crate::store::blobs::blob_store::Pieces;
use crate::store::{OPERATION_LIMIT, StoreError};

/// How many chunks the database sends at once: the fewer answers, the less waiting, and each takes 255 KiB of
/// memory for as long as its client needs.
const CHUNKS_AT_ONCE: u64 = 6;

/// How many answers are under way or wait, so that the database reads while the ones before are sent.
const ANSWERS_AHEAD: usize = 2;

/// What is read.
struct Stored {
    chunks: Collection<RawDocumentBuf>,
    id: BlobId,
    size_bytes: u64,
    range: ByteRange,
}

pub(super) fn read(
    chunks: Collection<RawDocumentBuf>,
    id: BlobId,
    size_bytes: u64,
    range: ByteRange,
) -> Pieces {
    let size = u64::from(CHUNK_BYTES);
    let (first, last) = (range.start / size, range.end.saturating_sub(1) / size);
    let stored = Arc::new(Stored {
        chunks,
        id,
        size_bytes,
        range,
    });
    let answers = (first..=last).step_by(CHUNKS_AT_ONCE as usize);
    stream::iter(answers)
        .map(move |from| {
            let to = last.min(from + CHUNKS_AT_ONCE - 1);
            let stored = Arc::clone(&stored);
            // A task of its own: a reader may be dropped at any time, and a database call must not be.
            let reading = tokio::spawn(async move { stored.chunks(from, to).await });
            async move { reading.await? }
        })
        .buffered(ANSWERS_AHEAD)
        .map_ok(|pieces| stream::iter(pieces.into_iter().map(Ok)))
        .try_flatten()
        .boxed()
}

impl Stored {
    /// What is wanted of the chunks from one to another, both of them included.
    async fn chunks(&self, from: u64, to: u64) -> Result<Vec<Bytes>, StoreError> {
        let error = StoreError::database("read a blob");
        let numbers = doc! { "$gte": chunk_number(from), "$lte": chunk_number(to) };
        // One more than there are, so that the database has no reason to keep a cursor.
        let batch = u32::try_from(to - from + 2).unwrap_or(u32::MAX);
        let rows = self
            .chunks
            .find(doc! { "files_id": Bson::from(self.id), "n": numbers })
            .sort(doc! { "n": 1 })
            .batch_size(batch)
            .max_time(OPERATION_LIMIT)
            .await;
        let rows: Vec<RawDocumentBuf> = match rows {
            Ok(rows) => rows.try_collect().await.map_err(error)?,
            Err(failed) => return Err(error(failed)),
        };
        let mut rows = rows.into_iter();
        (from..=to)
            .map(|number| {
                let row = rows.next();
                self.piece(number, row.ok_or_else(|| self.incomplete())?)
            })
            .collect()
    }

    /// What is wanted of a chunk.
    fn piece(&self, number: u64, row: RawDocumentBuf) -> Result<Bytes, StoreError> {
        let begin = number * u64::from(CHUNK_BYTES);
        let bytes = self.verified(number, row)?;
        let from = self.range.start.saturating_sub(begin);
        let to = (self.range.end - begin).min(bytes.len() as u64);
        Ok(bytes.slice(as_index(from)..as_index(to)))
    }

    /// The bytes of a chunk, provided that `row` is that chunk and as long as it must be. They stay in
    /// the row's memory: nothing is copied.
    fn verified(&self, number: u64, row: RawDocumentBuf) -> Result<Bytes, StoreError> {
        let incomplete = || self.incomplete();
        let row = Bytes::from(row.into_bytes());
        let fields = RawDocument::from_bytes(&row).map_err(|_| incomplete())?;
        let data = fields.get_binary("data").map_err(|_| incomplete())?;
        let size = u64::from(CHUNK_BYTES);
        let expected = size.min(self.size_bytes.saturating_sub(number * size));
        let right = fields.get_i32("n").ok() == Some(chunk_number(number))
            && data.subtype == BinarySubtype::Generic
            && data.bytes.len() as u64 == expected;
        right
            .then(|| row.slice_ref(data.bytes))
            .ok_or_else(incomplete)
    }

    fn incomplete(&self) -> StoreError {
        StoreError::BlobIncomplete { blob: self.id }
    }
}

fn chunk_number(n: u64) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}

fn as_index(offset_in_chunk: u64) -> usize {
    usize::try_from(offset_in_chunk).unwrap_or(usize::MAX)
}
