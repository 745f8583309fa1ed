//! Reading a local file: large pieces, each read by a thread that may block, and none while nobody takes them.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use bytes::Bytes;
use futures_util::{StreamExt, stream};

use crate::blob::{ByteRange, SEALED_SEGMENT_BYTES};
use crate::id::BlobId;
use crate::store::StoreError;
use crate::store::blobs::blob_store::Pieces;

/// How much is read at once, in bytes: half a mebibyte, in whole sealed segments.
const PIECE_BYTES: u64 = 8 * SEALED_SEGMENT_BYTES;

/// What is left to read.
struct Rest {
    file: File,
    range: ByteRange,
}

/// The bytes of `range`, which are there.
pub(super) fn read(file: File, id: BlobId, range: ByteRange) -> Pieces {
    let rest = Rest { file, range };
    stream::try_unfold(rest, move |rest| async move {
        if rest.range.is_empty() {
            return Ok::<_, StoreError>(None);
        }
        let reading = tokio::task::spawn_blocking(move || next_piece(rest));
        let (piece, rest) = reading.await?.map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => StoreError::BlobIncomplete { blob: id },
            _ => StoreError::bytes("read a blob")(error),
        })?;
        Ok(Some((piece, rest)))
    })
    .boxed()
}

fn next_piece(mut rest: Rest) -> io::Result<(Bytes, Rest)> {
    let length = PIECE_BYTES.min(rest.range.len());
    let mut piece = Vec::with_capacity(usize::try_from(length).unwrap_or(usize::MAX));
    rest.file.seek(SeekFrom::Start(rest.range.start))?;
    let read = rest.file.by_ref().take(length).read_to_end(&mut piece)?;
    if u64::try_from(read) != Ok(length) {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    rest.range.start += length;
    Ok((piece.into(), rest))
}
