//! Writing an object: nobody sees it before it is whole and durable.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use object_store::ObjectStore;
use object_store::buffered::BufWriter;
use object_store::path::Path;
use tokio::io::AsyncWriteExt;

use crate::store::StoreError;
use crate::store::blobs::blob_store::BlobSink;

/// How many parts of one object are sent at once, beside the one that is being filled.
const PARTS_AT_ONCE: usize = 1;

/// How long one step may take: a piece, or the removal. A file system that hangs gives no answer of its own.
const STEP_LIMIT: Duration = Duration::from_secs(60);

/// How long the last step may take, at which a disk has to keep what the system still holds of the file.
const END_LIMIT: Duration = Duration::from_secs(5 * 60);

/// An object that is being stored. A short one is put in one piece; a longer one is a multipart upload, which
/// is completed at the end. A local file is written beside its place, synchronised, renamed, and its folder is
/// synchronised.
struct ObjectSink {
    writer: BufWriter,
}

pub(super) fn begin(
    store: Arc<dyn ObjectStore>,
    path: Path,
    part_bytes: usize,
) -> Box<dyn BlobSink> {
    let writer = BufWriter::with_capacity(store, path, part_bytes);
    let writer = writer.with_max_concurrency(PARTS_AT_ONCE);
    Box::new(ObjectSink { writer })
}

#[async_trait]
impl BlobSink for ObjectSink {
    async fn write(&mut self, piece: Bytes) -> Result<(), StoreError> {
        let written = self.writer.put(piece);
        within(STEP_LIMIT, "store a blob", written).await
    }

    async fn finish(mut self: Box<Self>) -> Result<(), StoreError> {
        let finished = self.writer.shutdown();
        within(END_LIMIT, "store a blob", finished).await
    }

    async fn abort(mut self: Box<Self>) -> Result<(), StoreError> {
        let aborted = self.writer.abort();
        within(STEP_LIMIT, "remove an abandoned blob", aborted).await
    }
}

/// What `step` gives, or that it took longer than `limit`.
async fn within<E: Into<io::Error>>(
    limit: Duration,
    operation: &'static str,
    step: impl Future<Output = Result<(), E>>,
) -> Result<(), StoreError> {
    let too_slow = || {
        io::Error::new(
            io::ErrorKind::TimedOut,
            "the storage did not answer in time",
        )
    };
    let outcome = tokio::time::timeout(limit, step).await;
    let outcome = outcome.map_or_else(|_| Err(too_slow()), |done| done.map_err(Into::into));
    outcome.map_err(StoreError::bytes(operation))
}
