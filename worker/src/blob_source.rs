//! Stored bytes for code that is not async.

use std::collections::VecDeque;
use std::io;
use std::time::Duration;

use bytes::Bytes;
use dossier_common::store::blobs::BlobReader;
use tokio::runtime::Handle;
use tokio::time::timeout;

use crate::document::Source;

/// How long the store may take to give one chunk.
const CHUNK_LIMIT: Duration = Duration::from_secs(20);

/// How many chunks are kept: a reader that goes between a few places reads each of them once.
const KEPT_CHUNKS: usize = 4;

/// Random access to stored bytes.
pub(crate) struct BlobSource {
    reader: BlobReader,
    runtime: Handle,
    /// Where each chunk begins, and its bytes; the one used last in front.
    chunks: VecDeque<(u64, Bytes)>,
}

impl BlobSource {
    /// Reads `reader` on the runtime it is called from.
    pub(crate) fn new(reader: BlobReader) -> Self {
        Self {
            reader,
            runtime: Handle::current(),
            chunks: VecDeque::with_capacity(KEPT_CHUNKS + 1),
        }
    }

    /// The bytes from `offset` to the end of the chunk they are in.
    fn bytes_at(&mut self, offset: u64) -> io::Result<Bytes> {
        let holds = |(start, bytes): &(u64, Bytes)| {
            offset >= *start && offset - *start < bytes.len() as u64
        };
        let (start, bytes) = match self.chunks.iter().position(holds) {
            Some(place) => self.chunks.remove(place).unwrap_or_default(),
            None => {
                let reading = async { timeout(CHUNK_LIMIT, self.reader.chunk_at(offset)).await };
                self.runtime.block_on(reading)?.map_err(io::Error::other)?
            }
        };
        self.chunks.push_front((start, bytes.clone()));
        self.chunks.truncate(KEPT_CHUNKS);
        let from = usize::try_from(offset.saturating_sub(start)).unwrap_or(usize::MAX);
        Ok(bytes.slice(from.min(bytes.len())..))
    }
}

impl Source for BlobSource {
    fn len(&self) -> u64 {
        self.reader.size_bytes()
    }

    fn read_at(&mut self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        if offset >= self.len() || buf.is_empty() {
            return Ok(0);
        }
        let available = self.bytes_at(offset)?;
        let count = available.len().min(buf.len());
        buf[..count].copy_from_slice(&available[..count]);
        Ok(count)
    }
}
