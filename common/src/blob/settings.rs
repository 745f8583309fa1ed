//! Where new bytes are kept, and what seals them.

use super::{BlobKeys, BlobUrl};

/// Where new bytes are kept, and what seals them. Bytes that are stored already stay where and as they are.
#[derive(Clone, Debug, Default)]
pub struct BlobSettings {
    /// A store beside the database; none is the database itself, in GridFS.
    pub url: Option<BlobUrl>,
    /// The keys that wrap the data keys; without them bytes are not sealed.
    pub keys: Option<BlobKeys>,
}

impl BlobSettings {
    /// Says in the log where new bytes go, and whether they are sealed.
    pub fn log(&self) {
        let place = match &self.url {
            Some(url) => url.to_string(),
            None => "the database".to_owned(),
        };
        match &self.keys {
            Some(keys) => {
                let kid = keys.ids().into_iter().next().unwrap_or_default();
                tracing::info!("new documents are kept in {place}, sealed under key {kid}");
            }
            None => tracing::info!(
                "new documents are kept in {place}, and not sealed: BLOB_KEYS would have them sealed"
            ),
        }
    }
}
