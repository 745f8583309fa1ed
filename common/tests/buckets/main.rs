//! The cases of every store of bytes, in a bucket: `contract/blobs` starts a service that has one.
//!
//! `BLOB_TEST_URL` names an empty prefix, such as `s3://documents/conformance`, and the service's own
//! variables say where it is.

#[path = "../it/blob_stores/cases.rs"]
mod cases;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dossier_common::blob::{BlobKeys, BlobSettings};
use dossier_common::config::Environment;
use dossier_common::entropy::Entropy;
use dossier_common::queue::QueueSettings;
use dossier_common::store::Store;
use dossier_devstack::testing::TestDatabase;

/// A prefix of its own in the bucket, over a database of its own.
struct Bucket {
    store: Store,
    entropy: Entropy,
    _database: TestDatabase,
}

impl Bucket {
    async fn new(name: &str, is_sealed: bool) -> Self {
        let url = Environment::of_process().text("BLOB_TEST_URL");
        let url = url.expect("contract/blobs sets BLOB_TEST_URL");
        let database = TestDatabase::create().await;
        let migrated = dossier_migrations::migrate(database.database(), |_| {}).await;
        migrated.expect("the migrations run");
        let store = Store::connect(database.uri(), "tests", &QueueSettings::default()).await;
        let store = store.expect("the database can be reached");
        let key: [u8; 32] = Entropy::seeded(1).bytes();
        let key = format!("b1:{}", STANDARD.encode(key));
        let url = format!("{url}/{name}-{is_sealed}");
        let settings = BlobSettings {
            url: Some(url.parse().expect("an address")),
            keys: is_sealed.then(|| BlobKeys::parse(&key.into()).expect("a key")),
        };
        let entropy = Entropy::seeded(17);
        let store = store.with_blobs(settings, entropy.clone());
        Self {
            store: store.expect("the bucket can be opened"),
            entropy,
            _database: database,
        }
    }
}

#[tokio::test]
async fn any_length_and_any_range_is_what_was_stored_there() {
    for is_sealed in [false, true] {
        let bucket = Bucket::new("ranges", is_sealed).await;
        cases::ranges(&bucket.store, &bucket.entropy).await;
    }
}

#[tokio::test]
async fn a_long_odd_document_comes_back_in_whole_and_in_chunks() {
    for is_sealed in [false, true] {
        let bucket = Bucket::new("long", is_sealed).await;
        cases::long(&bucket.store, &bucket.entropy).await;
    }
}

#[tokio::test]
async fn many_readers_get_the_same_bytes_at_once() {
    for is_sealed in [false, true] {
        let bucket = Bucket::new("readers", is_sealed).await;
        cases::readers(&bucket.store, &bucket.entropy).await;
    }
}

#[tokio::test]
async fn what_was_not_finished_leaves_nothing() {
    for is_sealed in [false, true] {
        let bucket = Bucket::new("abort", is_sealed).await;
        cases::abort(&bucket.store, &bucket.entropy).await;
    }
}

#[tokio::test]
async fn what_is_not_there_is_an_error_and_can_be_deleted() {
    for is_sealed in [false, true] {
        let bucket = Bucket::new("absent", is_sealed).await;
        cases::absent(&bucket.store, &bucket.entropy).await;
    }
}

#[tokio::test]
async fn a_document_is_never_shorter_or_longer_than_it_was() {
    for is_sealed in [false, true] {
        let bucket = Bucket::new("sizes", is_sealed).await;
        cases::wrong_size(&bucket.store, &bucket.entropy).await;
    }
}
