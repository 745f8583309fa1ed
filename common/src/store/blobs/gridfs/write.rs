//! Writing chunks.

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::AsyncWriteExt;
use mongodb::bson::Bson;
use mongodb::gridfs::{GridFsBucket, GridFsUploadStream};

use crate::id::BlobId;
use crate::store::StoreError;
use crate::store::blobs::blob_store::BlobSink;

/// A blob that is being stored; acknowledged by a majority once it is finished.
struct GridFsSink {
    upload: GridFsUploadStream,
}

pub(super) async fn begin(
    bucket: &GridFsBucket,
    id: BlobId,
) -> Result<Box<dyn BlobSink>, StoreError> {
    let upload = bucket
        .open_upload_stream(id.to_string())
        .id(Bson::from(id))
        .await
        .map_err(StoreError::database("begin to store a blob"))?;
    Ok(Box::new(GridFsSink { upload }))
}

#[async_trait]
impl BlobSink for GridFsSink {
    async fn write(&mut self, piece: Bytes) -> Result<(), StoreError> {
        self.upload.write_all(&piece).await.map_err(stored)
    }

    async fn finish(mut self: Box<Self>) -> Result<(), StoreError> {
        self.upload.close().await.map_err(stored)
    }

    async fn abort(mut self: Box<Self>) -> Result<(), StoreError> {
        self.upload
            .abort()
            .await
            .map_err(StoreError::database("remove an abandoned blob"))
    }
}

/// The stream wraps the driver's own errors.
fn stored(error: std::io::Error) -> StoreError {
    StoreError::database("store a blob")(mongodb::error::Error::from(error))
}
