//! Writing an object: nobody sees it before it is whole and durable.

use std::sync::Arc;

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
        let written = self.writer.put(piece).await;
        written.map_err(StoreError::bytes("store a blob"))
    }

    async fn finish(mut self: Box<Self>) -> Result<(), StoreError> {
        let finished = self.writer.shutdown().await;
        finished.map_err(StoreError::bytes("store a blob"))
    }

    async fn abort(mut self: Box<Self>) -> Result<(), StoreError> {
        let aborted = self.writer.abort().await;
        aborted.map_err(StoreError::bytes("remove an abandoned blob"))
    }
}
