//! Bytes in a local directory or a bucket.

#[cfg(feature = "cloud")]
mod bucket;
mod file;
mod open;
mod write;

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{Error, GetOptions, GetResult, GetResultPayload, ObjectStore, ObjectStoreExt};

use super::blob_store::{BlobSink, BlobStore, Pieces};
use crate::blob::{BlobUrl, ByteRange};
use crate::id::BlobId;
use crate::store::StoreError;

/// How many characters of an id name its folder: the last two, which are random, so that a store of millions
/// of blobs has 1,024 folders of alike size.
const FOLDER_CHARS: usize = 2;

/// A local directory, or a bucket.
#[derive(Debug)]
pub(super) struct Objects {
    store: Arc<dyn ObjectStore>,
    /// The same, where it is a directory.
    local: Option<Arc<LocalFileSystem>>,
    /// What is held in memory of a blob that is being stored, in bytes.
    part_bytes: usize,
}

impl Objects {
    /// The store at `url`, which is there already.
    pub(super) fn open(url: &BlobUrl) -> Result<Self, StoreError> {
        open::open(url).map_err(StoreError::bytes("open BLOB_URL"))
    }

    async fn get(&self, id: BlobId, range: ByteRange) -> Result<GetResult, Error> {
        let options = GetOptions::new().with_range(Some(range.start..range.end));
        self.store.get_opts(&path_of(id), options).await
    }

    /// Why `id` could not be read: it is not as long as it should be, or the store failed.
    async fn reason(&self, id: BlobId, size_bytes: u64, error: Error) -> StoreError {
        match self.size_bytes(id).await {
            Ok(Some(size)) if size == size_bytes => StoreError::bytes("read a blob")(error),
            Ok(_) => StoreError::BlobIncomplete { blob: id },
            Err(_) => StoreError::bytes("read a blob")(error),
        }
    }

    /// The files of `id` that a process left which died while it wrote.
    async fn leftovers(
        local: &LocalFileSystem,
        id: BlobId,
    ) -> Result<Vec<PathBuf>, std::io::Error> {
        let target = local.path_to_filesystem(&path_of(id))?;
        let Some(folder) = target.parent() else {
            return Ok(Vec::new());
        };
        let mut entries = match tokio::fs::read_dir(folder).await {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let (mut found, begin) = (Vec::new(), format!("{id}#"));
        while let Some(entry) = entries.next_entry().await? {
            if entry.file_name().to_string_lossy().starts_with(&begin) {
                found.push(entry.path());
            }
        }
        Ok(found)
    }
}

#[async_trait]
impl BlobStore for Objects {
    async fn create(&self, id: BlobId) -> Result<Box<dyn BlobSink>, StoreError> {
        Ok(write::begin(
            self.store.clone(),
            path_of(id),
            self.part_bytes,
        ))
    }

    async fn read(
        &self,
        id: BlobId,
        size_bytes: u64,
        range: ByteRange,
    ) -> Result<Pieces, StoreError> {
        let found = match self.get(id, range).await {
            Ok(found) => found,
            Err(error) => return Err(self.reason(id, size_bytes, error).await),
        };
        if found.meta.size != size_bytes || found.range != (range.start..range.end) {
            return Err(StoreError::BlobIncomplete { blob: id });
        }
        match found.payload {
            GetResultPayload::File(file, _) => Ok(file::read(file, id, range)),
            GetResultPayload::Stream(pieces) => {
                Ok(pieces.map_err(StoreError::bytes("read a blob")).boxed())
            }
        }
    }

    async fn size_bytes(&self, id: BlobId) -> Result<Option<u64>, StoreError> {
        match self.store.head(&path_of(id)).await {
            Ok(meta) => Ok(Some(meta.size)),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(StoreError::bytes("find a blob")(error)),
        }
    }

    async fn delete(&self, id: BlobId) -> Result<(), StoreError> {
        match self.store.delete(&path_of(id)).await {
            Ok(()) | Err(Error::NotFound { .. }) => {}
            Err(error) => return Err(StoreError::bytes("delete a blob")(error)),
        }
        let Some(local) = &self.local else {
            return Ok(());
        };
        let failed = StoreError::bytes("delete what is left of a blob");
        for file in Self::leftovers(local, id).await.map_err(&failed)? {
            tokio::fs::remove_file(file).await.map_err(&failed)?;
        }
        Ok(())
    }

    fn list(&self) -> BoxStream<'static, Result<BlobId, StoreError>> {
        self.store
            .list(None)
            .map_err(StoreError::bytes("list blobs"))
            .try_filter_map(|found| async move {
                let name = found.location.filename();
                Ok(name.and_then(|name| name.parse().ok()))
            })
            .boxed()
    }
}

/// Where a blob is: made of its id and of nothing else.
fn path_of(id: BlobId) -> Path {
    let name = id.to_string();
    let folder = &name[name.len() - FOLDER_CHARS..];
    Path::from(format!("{folder}/{name}"))
}
