//! The bytes of documents: in the database, in a local directory, or in a bucket; sealed or not.
//!
//! Bytes are written before the transaction that mentions them and never inside one. Memory is
//! bounded by a few pieces on the way in and on the way out. Whatever the store, a blob is whole or
//! not there, and what is read of it is what was written or an error.

mod blob_store;
mod gridfs;
mod object;
mod place;
mod read;
mod rewrap;
mod stores;
mod writable;
mod write;

pub use crate::blob::ByteRange;
pub use gridfs::CHUNK_BYTES;
pub use place::{BlobPlace, StoreKind};
pub use read::BlobReader;
pub use rewrap::BlobKeyUse;
pub(crate) use stores::Blobs;
pub use write::{BlobWriter, StoredBlob};

use futures_util::stream::BoxStream;
use futures_util::{StreamExt, stream};

use super::{Store, StoreError};
use crate::blob::BlobSettings;
use crate::entropy::Entropy;
use crate::id::BlobId;

impl Store {
    /// Keeps new bytes where `settings` say, and seals them with keys of `entropy` if they name any. Without
    /// this they go to the database, and are not sealed.
    ///
    /// # Errors
    ///
    /// [`StoreError::Bytes`] when the store that `settings` name cannot be opened.
    pub fn with_blobs(self, settings: BlobSettings, entropy: Entropy) -> Result<Self, StoreError> {
        let blobs = Blobs::new(&self.database, settings, entropy);
        blobs.check()?;
        Ok(Self { blobs, ..self })
    }

    /// Where new bytes are kept, and what seals them.
    pub fn blob_settings(&self) -> &BlobSettings {
        self.blobs.settings()
    }

    /// Begins to store bytes under `id`.
    pub fn write_blob(&self, id: BlobId) -> BlobWriter {
        BlobWriter::start(self.blobs.clone(), id)
    }

    /// Reads the `size_bytes` bytes stored under `id`.
    pub fn read_blob(&self, id: BlobId, size_bytes: u64) -> BlobReader {
        BlobReader::new(self.blobs.clone(), id, size_bytes)
    }

    /// Removes the bytes stored under `id`; removing what is not there changes nothing.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`], [`StoreError::Bytes`].
    pub async fn delete_blob(&self, id: BlobId) -> Result<(), StoreError> {
        self.blobs.delete(id).await
    }

    /// How many bytes are stored under `id`, sealed as they are; none when there are none.
    ///
    /// # Errors
    ///
    /// Those of [`BlobReader::stream`].
    pub async fn stored_blob_bytes(&self, id: BlobId) -> Result<Option<u64>, StoreError> {
        let store = self.blobs.store_for(id).await?;
        store.size_bytes(id).await
    }

    /// Whether the store that the bytes of `id` should be in has no finished blob at all.
    pub(super) async fn is_blob_store_empty(&self, id: BlobId) -> Result<bool, StoreError> {
        let store = self.blobs.store_for(id).await?;
        let first = store.list().next().await.transpose()?;
        Ok(first.is_none())
    }

    /// Every finished blob of the database and of the store that new bytes go to, in no order.
    pub fn list_blobs(&self) -> BoxStream<'static, Result<BlobId, StoreError>> {
        let stores = self.blobs.known();
        stream::iter(stores).flat_map(|store| store.list()).boxed()
    }
}
