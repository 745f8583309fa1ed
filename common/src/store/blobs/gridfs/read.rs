//! Reading chunks.

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use mongodb::bson::spec::BinarySubtype;
use mongodb::bson::{Bson, RawDocument, RawDocumentBuf, doc};
use mongodb::{Collection, Cursor};

use super::CHUNK_BYTES;
use crate::blob::ByteRange;
use crate::id::BlobId;
use crate::store::StoreError;
use crate::store::blobs::blob_store::Pieces;

/// How many chunks the database sends at once: the fewer answers, the less waiting, and each takes 255 KiB of
/// memory for as long as its client needs.
const CHUNKS_AT_ONCE: u32 = 6;

/// What is left to read.
struct Rest {
    rows: Cursor<RawDocumentBuf>,
    id: BlobId,
    size_bytes: u64,
    range: ByteRange,
    /// The chunk that comes next.
    next: u64,
    /// The last one.
    last: u64,
}

pub(super) async fn read(
    chunks: &Collection<RawDocumentBuf>,
    id: BlobId,
    size_bytes: u64,
    range: ByteRange,
) -> Result<Pieces, StoreError> {
    let size = u64::from(CHUNK_BYTES);
    let (first, last) = (range.start / size, range.end.saturating_sub(1) / size);
    let numbers = doc! { "$gte": chunk_number(first), "$lte": chunk_number(last) };
    let rows = chunks
        .find(doc! { "files_id": Bson::from(id), "n": numbers })
        .sort(doc! { "n": 1 })
        .batch_size(CHUNKS_AT_ONCE)
        .await
        .map_err(StoreError::database("read a blob"))?;
    let rest = Rest {
        rows,
        id,
        size_bytes,
        range,
        next: first,
        last,
    };
    let pieces = stream::try_unfold(rest, |mut rest| async move {
        let piece = rest.next_piece().await?;
        Ok::<_, StoreError>(piece.map(|piece| (piece, rest)))
    });
    Ok(pieces.boxed())
}

impl Rest {
    async fn next_piece(&mut self) -> Result<Option<Bytes>, StoreError> {
        if self.next > self.last {
            return Ok(None);
        }
        let row = self
            .rows
            .try_next()
            .await
            .map_err(StoreError::database("read a blob"))?
            .ok_or(StoreError::BlobIncomplete { blob: self.id })?;
        let begin = self.next * u64::from(CHUNK_BYTES);
        let bytes = self.verified(row)?;
        self.next += 1;
        let from = self.range.start.saturating_sub(begin);
        let to = (self.range.end - begin).min(bytes.len() as u64);
        Ok(Some(bytes.slice(as_index(from)..as_index(to))))
    }

    /// The bytes of the next chunk, provided that `row` is that chunk and as long as it must be. They stay in
    /// the row's memory: nothing is copied.
    fn verified(&self, row: RawDocumentBuf) -> Result<Bytes, StoreError> {
        let incomplete = || StoreError::BlobIncomplete { blob: self.id };
        let row = Bytes::from(row.into_bytes());
        let fields = RawDocument::from_bytes(&row).map_err(|_| incomplete())?;
        let data = fields.get_binary("data").map_err(|_| incomplete())?;
        let size = u64::from(CHUNK_BYTES);
        let expected = size.min(self.size_bytes.saturating_sub(self.next * size));
        let right = fields.get_i32("n").ok() == Some(chunk_number(self.next))
            && data.subtype == BinarySubtype::Generic
            && data.bytes.len() as u64 == expected;
        right
            .then(|| row.slice_ref(data.bytes))
            .ok_or_else(incomplete)
    }
}

fn chunk_number(n: u64) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}

fn as_index(offset_in_chunk: u64) -> usize {
    usize::try_from(offset_in_chunk).unwrap_or(usize::MAX)
}
