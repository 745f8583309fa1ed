//! Bytes are stored whole or not at all.

use bytes::Bytes;
use dossier_common::digest::Sha256;
use dossier_common::id::BlobId;
use dossier_common::store::StoreError;
use dossier_common::store::blobs::{ByteRange, CHUNK_BYTES};
use mongodb::bson::{Document, doc};

use crate::harness::{NOW, TestStore, eventually};

fn bytes(count: usize) -> Bytes {
    (0..count).map(|i| ((i * 31) >> 7) as u8).collect()
}

async fn store(test: &TestStore, bytes: &Bytes) -> BlobId {
    let id = BlobId::generate(&test.entropy, NOW);
    let writer = test.store.write_blob(id);
    for piece in bytes.chunks(100_000) {
        assert!(writer.write(bytes.slice_ref(piece)).await);
    }
    let stored = writer.finish().await.expect("it can be stored");
    assert_eq!(stored.size_bytes, bytes.len() as u64);
    assert_eq!(stored.sha256, Sha256::of(bytes));
    id
}

async fn read(
    test: &TestStore,
    id: BlobId,
    size: u64,
    range: ByteRange,
) -> Result<Vec<u8>, StoreError> {
    let mut pieces = test.store.read_blob(id, size).stream(range);
    let mut read = Vec::new();
    while let Some(piece) = pieces.recv().await {
        read.extend_from_slice(&piece?);
    }
    Ok(read)
}

fn range(start: u64, end: u64) -> ByteRange {
    ByteRange { start, end }
}

async fn pieces(test: &TestStore) -> u64 {
    let chunks = test.database().collection::<Document>("blobs.chunks");
    let files = test.database().collection::<Document>("blobs.files");
    let count = async |rows: mongodb::Collection<Document>| {
        rows.count_documents(doc! {}).await.expect("it can count")
    };
    count(chunks).await + count(files).await
}

#[tokio::test]
async fn any_range_of_any_size_is_what_was_stored_there() {
    let test = TestStore::new().await;
    let chunk = u64::from(CHUNK_BYTES);
    for size in [0, 1, chunk - 1, chunk, chunk + 1, 2 * chunk] {
        let bytes = bytes(usize::try_from(size).expect("small"));
        let id = store(&test, &bytes).await;
        for (start, end) in [
            (0, size),
            (0, 1),
            (chunk - 1, chunk + 1),
            (1, size + 9),
            (size, size),
            (chunk, 2 * chunk),
        ] {
            let read = read(&test, id, size, range(start, end)).await;
            let (start, end) = (start.min(size) as usize, end.min(size) as usize);
            assert!(
                read.expect("readable") == bytes[start..end.max(start)],
                "{start}..{end} of {size}"
            );
        }
    }
}

#[tokio::test]
async fn bytes_that_were_not_finished_are_removed() {
    let test = TestStore::new().await;
    let writer = test.store.write_blob(BlobId::generate(&test.entropy, NOW));
    assert!(writer.write(bytes(3 * CHUNK_BYTES as usize)).await);
    eventually("some are stored", async || {
        (pieces(&test).await > 0).then_some(())
    })
    .await;
    drop(writer);
    eventually("they are removed", async || {
        (pieces(&test).await == 0).then_some(())
    })
    .await;
}

#[tokio::test]
async fn missing_or_short_bytes_are_an_error_and_never_a_shorter_document() {
    let test = TestStore::new().await;
    let bytes = bytes(2 * CHUNK_BYTES as usize + 10);
    let (id, size) = (store(&test, &bytes).await, bytes.len() as u64);
    let longer = read(&test, id, size + 1, range(0, size + 1)).await;
    assert!(
        matches!(longer, Err(StoreError::BlobIncomplete { .. })),
        "{longer:?}"
    );
    let chunks = test.database().collection::<Document>("blobs.chunks");
    chunks.delete_one(doc! { "n": 1 }).await.expect("it can go");
    let holed = read(&test, id, size, range(0, size)).await;
    assert!(matches!(holed, Err(StoreError::BlobIncomplete { .. })));
    let reader = test.store.read_blob(id, size);
    let chunk = reader.chunk_at(u64::from(CHUNK_BYTES) + 5).await;
    assert!(matches!(chunk, Err(StoreError::BlobIncomplete { .. })));
}

#[tokio::test]
async fn deleting_twice_is_deleting_once() {
    let test = TestStore::new().await;
    let id = store(&test, &bytes(10)).await;
    for _ in 0..2 {
        test.store.delete_blob(id).await.expect("it can be deleted");
        assert_eq!(pieces(&test).await, 0);
    }
}
