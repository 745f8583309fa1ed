//! The stores that a machine has without anything installed.

use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dossier_common::blob::{BlobKeys, BlobSettings};
use dossier_common::entropy::Entropy;
use dossier_common::id::BlobId;
use dossier_common::store::Store;
use mongodb::bson::{Document, doc};
use tempfile::TempDir;

use crate::harness::TestStore;

/// A store, and what is behind it.
pub(super) struct Subject {
    pub(super) name: &'static str,
    pub(super) store: Store,
    pub(super) entropy: Entropy,
    pub(super) test: TestStore,
    folder: Option<TempDir>,
}

/// The text of a key that is the same for the same seed.
pub(super) fn key(kid: &str, seed: u64) -> String {
    let bytes: [u8; 32] = Entropy::seeded(seed).bytes();
    format!("{kid}:{}", STANDARD.encode(bytes))
}

pub(super) fn keys(list: &str) -> BlobKeys {
    BlobKeys::parse(&list.into()).expect("good keys")
}

impl Subject {
    /// All of them, each over a database of its own.
    pub(super) async fn all() -> Vec<Self> {
        vec![
            Self::new("the database", false, false).await,
            Self::new("the database, sealed", false, true).await,
            Self::new("a directory", true, false).await,
            Self::new("a directory, sealed", true, true).await,
        ]
    }

    /// Those that seal.
    pub(super) async fn sealed() -> Vec<Self> {
        let mut all = Self::all().await;
        all.retain(|subject| subject.store.blob_settings().keys.is_some());
        all
    }

    pub(super) async fn new(name: &'static str, in_folder: bool, is_sealed: bool) -> Self {
        let test = TestStore::new().await;
        let folder = in_folder.then(|| TempDir::new().expect("a folder"));
        let url = folder.as_ref().map(|folder| {
            let url = format!("file://{}", folder.path().display());
            url.parse().expect("an address")
        });
        let settings = BlobSettings {
            url,
            keys: is_sealed.then(|| keys(&key("b1", 1))),
        };
        let entropy = Entropy::seeded(11);
        let store = test.store.clone().with_blobs(settings, entropy.clone());
        Self {
            name,
            store: store.expect("it can be opened"),
            entropy,
            test,
            folder,
        }
    }

    /// The same place with other keys, or with none.
    pub(super) fn with_keys(&self, list: Option<&str>) -> Store {
        let settings = BlobSettings {
            url: self.store.blob_settings().url.clone(),
            keys: list.map(keys),
        };
        let store = self.test.store.clone();
        let store = store.with_blobs(settings, self.entropy.clone());
        store.expect("it can be opened")
    }

    /// How many blobs have a row of their own.
    pub(super) async fn rows(&self) -> u64 {
        let rows = self.test.database().collection::<Document>("blob_places");
        rows.count_documents(doc! {}).await.expect("it can count")
    }

    pub(super) fn folder(&self) -> Option<&Path> {
        self.folder.as_ref().map(TempDir::path)
    }

    /// The file of a blob, if there are files.
    pub(super) fn file_of(&self, id: BlobId) -> Option<PathBuf> {
        let name = id.to_string();
        let folder = self.folder()?.join(&name[name.len() - 2..]);
        Some(folder.join(name))
    }

    /// Every byte that is stored, by chunk or file.
    pub(super) async fn raw(&self) -> Vec<Vec<u8>> {
        match self.folder() {
            Some(folder) => files(folder)
                .iter()
                .map(|file| std::fs::read(file).expect("it can be read"))
                .collect(),
            None => self
                .chunks()
                .await
                .into_iter()
                .map(|chunk| chunk.2)
                .collect(),
        }
    }

    /// The chunks of the database: whose they are, their numbers, and their bytes.
    pub(super) async fn chunks(&self) -> Vec<(String, i32, Vec<u8>)> {
        let chunks = self.test.database().collection::<Document>("blobs.chunks");
        let mut rows = chunks.find(doc! {}).await.expect("it can be read");
        let mut found = Vec::new();
        while rows.advance().await.expect("it can be read") {
            let row = rows.deserialize_current().expect("a row");
            let bytes = row.get_binary_generic("data").expect("bytes").clone();
            let blob = row.get_str("files_id").expect("an id").to_owned();
            found.push((blob, row.get_i32("n").expect("a number"), bytes));
        }
        found
    }

    /// Replaces the bytes of chunk `n` of a blob.
    pub(super) async fn replace_chunk(&self, id: BlobId, n: i32, bytes: Vec<u8>) {
        use mongodb::bson::Binary;
        use mongodb::bson::spec::BinarySubtype;

        let data = Binary {
            subtype: BinarySubtype::Generic,
            bytes,
        };
        let chunks = self.test.database().collection::<Document>("blobs.chunks");
        let filter = doc! { "files_id": id, "n": n };
        let replaced = chunks.update_one(filter, doc! { "$set": { "data": data } });
        assert_eq!(replaced.await.expect("it can be changed").matched_count, 1);
    }
}

/// Every file below `folder`.
pub(super) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}
