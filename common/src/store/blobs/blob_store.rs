//! What a place for bytes can do.

use std::fmt;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream::BoxStream;

use crate::blob::ByteRange;
use crate::id::BlobId;
use crate::store::StoreError;

/// Bytes on their way out, in order.
pub(super) type Pieces = BoxStream<'static, Result<Bytes, StoreError>>;

/// A place for bytes, under the ids of blobs alone. It knows nothing of documents, names or keys.
///
/// What is read is what was stored or an error: bytes that are fewer or more than they should be are
/// [`StoreError::BlobIncomplete`].
#[async_trait]
pub(super) trait BlobStore: fmt::Debug + Send + Sync + 'static {
    /// Begins to store bytes under `id`, which is new.
    async fn create(&self, id: BlobId) -> Result<Box<dyn BlobSink>, StoreError>;

    /// Reads the bytes of `range`, which is not empty, of the `size_bytes` bytes stored under `id`.
    async fn read(
        &self,
        id: BlobId,
        size_bytes: u64,
        range: ByteRange,
    ) -> Result<Pieces, StoreError>;

    /// How many bytes are stored under `id`; none when there is no such blob.
    async fn size_bytes(&self, id: BlobId) -> Result<Option<u64>, StoreError>;

    /// Removes what is stored under `id`, also what a process left that died while it wrote; removing what is
    /// not there changes nothing.
    async fn delete(&self, id: BlobId) -> Result<(), StoreError>;

    /// Every finished blob, in no order.
    fn list(&self) -> BoxStream<'static, Result<BlobId, StoreError>>;
}

/// A blob that is being stored. Until it is finished there is none to read.
#[async_trait]
pub(super) trait BlobSink: Send {
    /// Stores the next bytes. After an error nothing but [`abort`](Self::abort) makes sense.
    async fn write(&mut self, piece: Bytes) -> Result<(), StoreError>;

    /// Makes the blob, and returns when it would survive a loss of power.
    async fn finish(self: Box<Self>) -> Result<(), StoreError>;

    /// Removes what is stored so far.
    async fn abort(self: Box<Self>) -> Result<(), StoreError>;
}
