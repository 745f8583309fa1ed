//! The cases that every store of bytes passes, those that need a service of their own included.

use bytes::Bytes;
use dossier_common::blob::SEGMENT_BYTES;
use dossier_common::digest::Sha256;
use dossier_common::entropy::Entropy;
use dossier_common::id::BlobId;
use dossier_common::store::blobs::{ByteRange, CHUNK_BYTES};
use dossier_common::store::{Store, StoreError};
use futures_util::TryStreamExt;
use mongodb::bson::DateTime;

const NOW: DateTime = DateTime::from_millis(1_700_000_000_000);

/// Bytes that differ from place to place.
pub(crate) fn bytes(count: usize) -> Bytes {
    (0..count).map(|i| ((i * 31) >> 7) as u8).collect()
}

pub(crate) fn new_id(entropy: &Entropy) -> BlobId {
    BlobId::generate(entropy, NOW)
}

pub(crate) async fn store(store: &Store, id: BlobId, bytes: &Bytes) {
    let writer = store.write_blob(id);
    for piece in bytes.chunks(100_000) {
        if !writer.write(bytes.slice_ref(piece)).await {
            break;
        }
    }
    let stored = writer.finish().await.expect("it can be stored");
    assert_eq!(stored.id, id);
    assert_eq!(stored.size_bytes, bytes.len() as u64);
    assert_eq!(
        stored.sha256,
        Sha256::of(bytes),
        "of the bytes before sealing"
    );
}

pub(crate) async fn read(
    store: &Store,
    id: BlobId,
    size: usize,
    (start, end): (usize, usize),
) -> Result<Vec<u8>, StoreError> {
    let (start, end) = (start as u64, end as u64);
    let mut pieces = store
        .read_blob(id, size as u64)
        .stream(ByteRange { start, end });
    let mut read = Vec::new();
    while let Some(piece) = pieces.recv().await {
        let piece = piece?;
        assert!(!piece.is_empty(), "no piece is empty");
        read.extend_from_slice(&piece);
    }
    Ok(read)
}

/// Whether bytes were refused as not being the stored ones.
pub(crate) fn is_refused<T>(read: &Result<T, StoreError>) -> bool {
    use StoreError::{BlobDamaged, BlobIncomplete};
    matches!(read, Err(BlobIncomplete { .. } | BlobDamaged { .. }))
}

pub(crate) async fn listed(store: &Store) -> Vec<BlobId> {
    let mut ids: Vec<BlobId> = store.list_blobs().try_collect().await.expect("a list");
    ids.sort_unstable();
    ids
}

pub(crate) async fn ranges(at: &Store, entropy: &Entropy) {
    let (segment, chunk) = (SEGMENT_BYTES as usize, CHUNK_BYTES as usize);
    let mut ids = Vec::new();
    for size in [
        0,
        1,
        segment - 1,
        segment,
        segment + 1,
        chunk - 1,
        chunk,
        chunk + 1,
        8 * segment + 1,
    ] {
        let (id, bytes) = (new_id(entropy), bytes(size));
        store(at, id, &bytes).await;
        ids.push(id);
        for (start, end) in [
            (0, size),
            (0, 1),
            (size.saturating_sub(1), size),
            (segment - 1, segment + 1),
            (segment, 2 * segment),
            (chunk - 1, chunk + 1),
            (1, size + 9),
            (size, size),
            (size + 1, size + 2),
        ] {
            let read = read(at, id, size, (start, end)).await.expect("readable");
            let (start, end) = (start.min(size), end.min(size));
            let expected = &bytes[start..end.max(start)];
            assert!(read == expected, "{start}..{end} of {size}");
        }
    }
    ids.sort_unstable();
    assert_eq!(listed(at).await, ids);
}

pub(crate) async fn long(at: &Store, entropy: &Entropy) {
    let size = 5 * 1024 * 1024 + 77;
    let (id, bytes) = (new_id(entropy), bytes(size));
    store(at, id, &bytes).await;
    let read = read(at, id, size, (0, size)).await.expect("readable");
    assert_eq!(Sha256::of(&read), Sha256::of(&bytes));
    let reader = at.read_blob(id, size as u64);
    let mut next = 0;
    while next < size {
        let (start, chunk) = reader.chunk_at(next as u64).await.expect("a chunk");
        assert_eq!(start, next as u64, "chunks are next to each other");
        assert!(chunk == bytes[next..next + chunk.len()]);
        let inside = reader.chunk_at(start + chunk.len() as u64 - 1).await;
        assert_eq!(inside.expect("a chunk").0, start);
        next += chunk.len();
    }
    assert_eq!(next, size);
    let stored = at.stored_blob_bytes(id).await.expect("it can be asked");
    assert!(stored >= Some(size as u64), "{stored:?}");
}

pub(crate) async fn readers(at: &Store, entropy: &Entropy) {
    let size = 3_000_001;
    let (id, bytes) = (new_id(entropy), bytes(size));
    store(at, id, &bytes).await;
    let parts = (0..16).map(|part| {
        let range = (part * 100_003, size - part * 50_021);
        let (at, bytes) = (at.clone(), bytes.clone());
        tokio::spawn(async move {
            let read = read(&at, id, size, range).await.expect("readable");
            assert!(read == bytes[range.0..range.1], "{range:?}");
        })
    });
    let parts: Vec<_> = parts.collect();
    for part in parts {
        part.await.expect("every reader succeeds");
    }
}

pub(crate) async fn abort(at: &Store, entropy: &Entropy) {
    let id = new_id(entropy);
    let writer = at.write_blob(id);
    for _ in 0..40 {
        assert!(writer.write(bytes(200_000)).await);
    }
    writer.discard().await;
    let read = read(at, id, 8_000_000, (0, 1)).await;
    assert!(is_refused(&read), "{read:?}");
    assert!(listed(at).await.is_empty());
    assert_eq!(at.stored_blob_bytes(id).await.expect("ok"), None);
}

pub(crate) async fn absent(at: &Store, entropy: &Entropy) {
    let never = new_id(entropy);
    let read_never = read(at, never, 10, (0, 10)).await;
    assert!(is_refused(&read_never), "{read_never:?}");
    let chunk = at.read_blob(never, 10).chunk_at(0).await;
    assert!(is_refused(&chunk), "{chunk:?}");
    at.delete_blob(never).await.expect("nothing to delete");
    let id = new_id(entropy);
    store(at, id, &bytes(10)).await;
    for _ in 0..2 {
        at.delete_blob(id).await.expect("it can be deleted");
        assert!(listed(at).await.is_empty());
        let gone = read(at, id, 10, (0, 10)).await;
        assert!(is_refused(&gone), "{gone:?}");
    }
}

pub(crate) async fn wrong_size(at: &Store, entropy: &Entropy) {
    let size = 2 * SEGMENT_BYTES as usize + 10;
    let id = new_id(entropy);
    store(at, id, &bytes(size)).await;
    for wrong in [size + 1, size - 1, size - 10] {
        let read = read(at, id, wrong, (0, wrong)).await;
        assert!(is_refused(&read), "{wrong} bytes instead of {size}");
    }
}
