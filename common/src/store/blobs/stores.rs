//! The stores of a process: the database, the one that new bytes go to, and those where older bytes are.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use mongodb::{Collection, Database};

use super::blob_store::BlobStore;
use super::gridfs::GridFs;
use super::object::Objects;
use super::place::{BlobPlace, StoreKind};
use super::writable;
use crate::blob::{BlobSettings, BlobUrl, DataKey, OpenKeyError, WrappedKey};
use crate::entropy::Entropy;
use crate::id::BlobId;
use crate::store::{StoreError, collection};

/// The stores of a process. Clones share them.
#[derive(Clone)]
pub(crate) struct Blobs {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) places: Collection<BlobPlace>,
    gridfs: Arc<dyn BlobStore>,
    /// Those that were opened, by address.
    objects: Mutex<HashMap<BlobUrl, Arc<dyn BlobStore>>>,
    settings: BlobSettings,
    entropy: Entropy,
}

impl fmt::Debug for Blobs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Blobs")
            .field("settings", &self.inner.settings)
            .finish_non_exhaustive()
    }
}

/// A blob's store, and what opens it if it is sealed.
pub(super) struct Found {
    pub(super) store: Arc<dyn BlobStore>,
    pub(super) key: Option<DataKey>,
}

impl Blobs {
    pub(crate) fn new(database: &Database, settings: BlobSettings, entropy: Entropy) -> Self {
        Self {
            inner: Arc::new(Inner {
                places: database.collection(collection::BLOB_PLACES),
                gridfs: Arc::new(GridFs::of(database)),
                objects: Mutex::default(),
                settings,
                entropy,
            }),
        }
    }

    pub(crate) fn settings(&self) -> &BlobSettings {
        &self.inner.settings
    }

    /// What is random in the store comes from here.
    pub(crate) fn entropy(&self) -> &Entropy {
        &self.inner.entropy
    }

    /// Opens the store that new bytes go to; where it is a directory, this process has to be able to write there.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        let Some(url) = &self.inner.settings.url else {
            return Ok(());
        };
        self.store_at(url)?;
        match url.directory() {
            Some(directory) => writable::check(&directory)
                .map_err(StoreError::bytes("open the place of documents")),
            None => Ok(()),
        }
    }

    /// Decides where the bytes of a new blob go and what seals them, and notes it.
    pub(super) async fn begin(&self, id: BlobId) -> Result<Found, StoreError> {
        let settings = &self.inner.settings;
        let store = match &settings.url {
            Some(url) => self.store_at(url)?,
            None => self.inner.gridfs.clone(),
        };
        let key = settings.keys.as_ref().map(|keys| {
            let key = DataKey::generate(&self.inner.entropy);
            let wrapped = keys.wrap(&key, id, &self.inner.entropy);
            (key, wrapped)
        });
        let (key, wrapped) = key.unzip();
        if wrapped.is_some() || settings.url.is_some() {
            let place = BlobPlace {
                id,
                store: match settings.url {
                    Some(_) => StoreKind::Object,
                    None => StoreKind::GridFs,
                },
                url: settings.url.clone(),
                sealed: wrapped,
            };
            self.insert_place(&place).await?;
        }
        Ok(Found { store, key })
    }

    /// Where the bytes of `id` are, and what opens them.
    pub(super) async fn find(&self, id: BlobId) -> Result<Found, StoreError> {
        let place = self.find_place(id).await?;
        let sealed = place.as_ref().and_then(|place| place.sealed.as_ref());
        let key = sealed
            .map(|wrapped| self.open_key(id, wrapped))
            .transpose()?;
        let store = self.store_of(id, place.as_ref())?;
        Ok(Found { store, key })
    }

    /// Where the bytes of `id` are.
    pub(super) async fn store_for(&self, id: BlobId) -> Result<Arc<dyn BlobStore>, StoreError> {
        let place = self.find_place(id).await?;
        self.store_of(id, place.as_ref())
    }

    /// Removes the bytes of `id`, then what is noted of it.
    pub(super) async fn delete(&self, id: BlobId) -> Result<(), StoreError> {
        let place = self.find_place(id).await?;
        self.store_of(id, place.as_ref())?.delete(id).await?;
        match place {
            Some(_) => self.delete_place(id).await,
            None => Ok(()),
        }
    }

    /// The stores that this process knows of: the database, and those that are opened.
    pub(super) fn known(&self) -> Vec<Arc<dyn BlobStore>> {
        let objects = self.inner.objects.lock();
        let objects = objects.unwrap_or_else(PoisonError::into_inner);
        let mut known = vec![self.inner.gridfs.clone()];
        known.extend(objects.values().cloned());
        known
    }

    fn store_of(
        &self,
        id: BlobId,
        place: Option<&BlobPlace>,
    ) -> Result<Arc<dyn BlobStore>, StoreError> {
        let Some(place) = place else {
            return Ok(self.inner.gridfs.clone());
        };
        match (place.store, &place.url) {
            (StoreKind::GridFs, _) => Ok(self.inner.gridfs.clone()),
            (StoreKind::Object, Some(url)) => self.store_at(url),
            (StoreKind::Object, None) => Err(StoreError::BlobDamaged { blob: id }),
        }
    }

    fn store_at(&self, url: &BlobUrl) -> Result<Arc<dyn BlobStore>, StoreError> {
        let objects = self.inner.objects.lock();
        let mut objects = objects.unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = objects.get(url) {
            return Ok(known.clone());
        }
        let opened: Arc<dyn BlobStore> = Arc::new(Objects::open(url)?);
        objects.insert(url.clone(), opened.clone());
        Ok(opened)
    }

    fn open_key(&self, id: BlobId, wrapped: &WrappedKey) -> Result<DataKey, StoreError> {
        let missing = |kid| StoreError::BlobKeyMissing { blob: id, kid };
        let Some(keys) = &self.inner.settings.keys else {
            return Err(missing(wrapped.kid.clone()));
        };
        keys.open(wrapped, id).map_err(|error| match error {
            OpenKeyError::Missing { kid } => missing(kid),
            OpenKeyError::Damaged { .. } => StoreError::BlobDamaged { blob: id },
        })
    }
}
