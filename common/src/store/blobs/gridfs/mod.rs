//! Bytes in the database itself.

mod read;
mod write;

use async_trait::async_trait;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt, stream};
use mongodb::bson::{Bson, Document, doc};
use mongodb::gridfs::GridFsBucket;
use mongodb::options::{GridFsBucketOptions, WriteConcern};
use mongodb::{Collection, Database};

use super::blob_store::{BlobSink, BlobStore, Pieces};
use crate::blob::ByteRange;
use crate::id::BlobId;
use crate::store::{OPERATION_LIMIT, StoreError, collection};

/// The size of a stored chunk in bytes: GridFS's own default. Each is copied a few times on its
/// way through the driver; larger ones leave an allocator with holes that it does not give back.
pub const CHUNK_BYTES: u32 = 255 * 1024;

/// The GridFS bucket of the documents' bytes.
#[derive(Clone, Debug)]
pub(super) struct GridFs {
    database: Database,
}

impl GridFs {
    pub(super) fn of(database: &Database) -> Self {
        Self {
            database: database.clone(),
        }
    }

    fn bucket(&self) -> GridFsBucket {
        let options = GridFsBucketOptions::builder()
            .bucket_name(collection::BLOBS.to_owned())
            .chunk_size_bytes(CHUNK_BYTES)
            .write_concern(WriteConcern::majority())
            .build();
        self.database.gridfs_bucket(options)
    }

    fn files(&self) -> Collection<Document> {
        let name = format!("{}.files", collection::BLOBS);
        self.database.collection(&name)
    }

    fn chunks<T: Send + Sync>(&self) -> Collection<T> {
        let name = format!("{}.chunks", collection::BLOBS);
        self.database.collection(&name)
    }
}

#[async_trait]
impl BlobStore for GridFs {
    async fn create(&self, id: BlobId) -> Result<Box<dyn BlobSink>, StoreError> {
        write::begin(&self.bucket(), id).await
    }

    async fn read(
        &self,
        id: BlobId,
        size_bytes: u64,
        range: ByteRange,
    ) -> Result<Pieces, StoreError> {
        Ok(read::read(self.chunks(), id, size_bytes, range))
    }

    async fn size_bytes(&self, id: BlobId) -> Result<Option<u64>, StoreError> {
        let row = self
            .files()
            .find_one(doc! { "_id": Bson::from(id) })
            .projection(doc! { "length": 1 })
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database("find a blob"))?;
        let length = row.map(|row| match row.get("length") {
            Some(Bson::Int64(length)) => u64::try_from(*length).unwrap_or(0),
            Some(Bson::Int32(length)) => u64::try_from(*length).unwrap_or(0),
            _ => 0,
        });
        Ok(length)
    }

    async fn delete(&self, id: BlobId) -> Result<(), StoreError> {
        let id = Bson::from(id);
        self.files()
            .delete_one(doc! { "_id": &id })
            .await
            .map_err(StoreError::database("delete a blob"))?;
        self.chunks::<Document>()
            .delete_many(doc! { "files_id": &id })
            .await
            .map(drop)
            .map_err(StoreError::database("delete the chunks of a blob"))
    }

    fn list(&self) -> BoxStream<'static, Result<BlobId, StoreError>> {
        let files = self.files();
        let rows = async move {
            files
                .find(doc! {})
                .projection(doc! { "_id": 1 })
                .await
                .map(|rows| rows.map_err(StoreError::database("list blobs")))
                .map_err(StoreError::database("list blobs"))
        };
        stream::once(rows)
            .try_flatten()
            .try_filter_map(|row| async move {
                let id = row.get_str("_id").ok();
                Ok(id.and_then(|id| id.parse().ok()))
            })
            .boxed()
    }
}
