//! The bytes of documents, in GridFS.
//!
//! Bytes are written before the transaction that mentions them and never inside one. Memory is
//! bounded by a few chunks on the way in and on the way out.

mod read;
mod write;

pub use read::{BlobReader, ByteRange};
pub use write::{BlobWriter, StoredBlob};

use mongodb::bson::{Bson, doc};
use mongodb::gridfs::GridFsBucket;
use mongodb::options::{GridFsBucketOptions, WriteConcern};

use super::{Store, StoreError, collection};
use crate::id::BlobId;

/// The size of a stored chunk in bytes: GridFS's own default. Each is copied a few times on its
/// way through the driver; larger ones leave an allocator with holes that it does not give back.
pub const CHUNK_BYTES: u32 = 255 * 1024;

impl Store {
    fn blob_bucket(&self) -> GridFsBucket {
        let options = GridFsBucketOptions::builder()
            .bucket_name(collection::BLOBS.to_owned())
            .chunk_size_bytes(CHUNK_BYTES)
            .write_concern(WriteConcern::majority())
            .build();
        self.database.gridfs_bucket(options)
    }

    /// Begins to store bytes under `id`.
    pub fn write_blob(&self, id: BlobId) -> BlobWriter {
        BlobWriter::start(self.blob_bucket(), id)
    }

    /// Reads the `size_bytes` bytes stored under `id`.
    pub fn read_blob(&self, id: BlobId, size_bytes: u64) -> BlobReader {
        let chunks = self
            .database
            .collection(&format!("{}.chunks", collection::BLOBS));
        BlobReader::new(chunks, id, size_bytes)
    }

    /// Removes the bytes stored under `id`; removing what is not there changes nothing.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn delete_blob(&self, id: BlobId) -> Result<(), StoreError> {
        let files = format!("{}.files", collection::BLOBS);
        let chunks = format!("{}.chunks", collection::BLOBS);
        let id = Bson::from(id);
        self.database
            .collection::<mongodb::bson::Document>(&files)
            .delete_one(doc! { "_id": &id })
            .await
            .map_err(StoreError::database("delete a blob"))?;
        self.database
            .collection::<mongodb::bson::Document>(&chunks)
            .delete_many(doc! { "files_id": &id })
            .await
            .map(drop)
            .map_err(StoreError::database("delete the chunks of a blob"))
    }
}
