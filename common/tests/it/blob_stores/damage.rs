//! Sealed bytes that somebody changed are refused, in every store.

use dossier_common::blob::{SEALED_SEGMENT_BYTES, SEGMENT_BYTES};
use dossier_common::id::BlobId;
use dossier_common::store::StoreError;
use mongodb::bson::{Document, doc};

use super::cases::{bytes, is_refused, new_id, read, store};
use super::subjects::Subject;

const SEGMENT: usize = SEALED_SEGMENT_BYTES as usize;

/// Two segments and a little: one chunk in the database.
const SIZE: usize = 2 * SEGMENT_BYTES as usize + 300;

/// The stored bytes of a blob that is one chunk or file.
async fn stored(subject: &Subject, id: BlobId) -> Vec<u8> {
    match subject.file_of(id) {
        Some(file) => std::fs::read(file).expect("it can be read"),
        None => {
            let chunks = subject.chunks().await;
            let own = chunks.into_iter().find(|chunk| chunk.0 == id.to_string());
            own.expect("it is there").2
        }
    }
}

async fn replace(subject: &Subject, id: BlobId, bytes: Vec<u8>) {
    match subject.file_of(id) {
        Some(file) => std::fs::write(file, bytes).expect("it can be written"),
        None => subject.replace_chunk(id, 0, bytes).await,
    }
}

async fn assert_refused(subject: &Subject, id: BlobId, what: &str) {
    let whole = read(&subject.store, id, SIZE, (0, SIZE)).await;
    assert!(is_refused(&whole), "{}: {what}", subject.name);
    if let Err(error) = whole {
        let text = error.to_string();
        assert!(text.contains(&id.to_string()) && text.len() < 200, "{text}");
    }
}

#[tokio::test]
async fn changed_cut_lengthened_reordered_and_swapped_bytes_are_refused() {
    for subject in Subject::sealed().await {
        let (id, other) = (new_id(&subject.entropy), new_id(&subject.entropy));
        for id in [id, other] {
            store(&subject.store, id, &bytes(SIZE)).await;
        }
        let genuine = stored(&subject, id).await;
        let foreign = stored(&subject, other).await;
        assert_ne!(genuine, foreign, "alike documents look different");
        for at in [0, SEGMENT - 1, SEGMENT, genuine.len() - 1] {
            let mut flipped = genuine.clone();
            flipped[at] ^= 0x40;
            replace(&subject, id, flipped).await;
            assert_refused(&subject, id, "a bit flipped").await;
        }
        let (first, rest) = genuine.split_at(SEGMENT);
        let (second, last) = rest.split_at(SEGMENT);
        for (changed, what) in [
            (genuine[..genuine.len() - 1].to_vec(), "cut by a byte"),
            ([first, second].concat(), "cut by a segment"),
            ([&genuine[..], &[0]].concat(), "longer by a byte"),
            ([second, first, last].concat(), "segments swapped"),
            ([first, first, last].concat(), "a segment twice"),
            ([first, &foreign[SEGMENT..]].concat(), "half of another"),
            (foreign, "another blob's"),
        ] {
            replace(&subject, id, changed).await;
            assert_refused(&subject, id, what).await;
        }
        replace(&subject, id, genuine).await;
        let mended = read(&subject.store, id, SIZE, (0, SIZE)).await;
        assert!(mended.expect("genuine again") == bytes(SIZE));
    }
}

#[tokio::test]
async fn a_range_is_refused_for_its_own_segments_and_not_for_others() {
    for subject in Subject::sealed().await {
        let id = new_id(&subject.entropy);
        store(&subject.store, id, &bytes(SIZE)).await;
        let mut changed = stored(&subject, id).await;
        changed[SEGMENT + 5] ^= 1;
        replace(&subject, id, changed).await;
        let segment = SEGMENT_BYTES as usize;
        for (range, is_bad) in [
            ((0, segment), false),
            ((segment - 1, segment + 1), true),
            ((segment, segment + 1), true),
            ((2 * segment, SIZE), false),
        ] {
            let read = read(&subject.store, id, SIZE, range).await;
            assert_eq!(is_refused(&read), is_bad, "{}: {range:?}", subject.name);
        }
        // What is right before the damage is delivered, and then the download breaks off.
        let range = dossier_common::store::blobs::ByteRange {
            start: 0,
            end: SIZE as u64,
        };
        let mut pieces = subject.store.read_blob(id, SIZE as u64).stream(range);
        let mut last = None;
        while let Some(piece) = pieces.recv().await {
            last = Some(piece);
        }
        let last = last.expect("something is sent");
        assert!(
            matches!(last, Err(StoreError::BlobDamaged { .. })),
            "{last:?}"
        );
    }
}

#[tokio::test]
async fn the_key_of_another_blob_opens_nothing() {
    for subject in Subject::sealed().await {
        let (id, other) = (new_id(&subject.entropy), new_id(&subject.entropy));
        for id in [id, other] {
            store(&subject.store, id, &bytes(SIZE)).await;
        }
        let places = subject
            .test
            .database()
            .collection::<Document>("blob_places");
        let row = places.find_one(doc! { "_id": other }).await;
        let row = row.expect("it can be read").expect("a row");
        let sealed = row.get_document("sealed").expect("it is sealed").clone();
        let change = doc! { "$set": { "sealed": sealed } };
        let changed = places.update_one(doc! { "_id": id }, change).await;
        assert_eq!(changed.expect("it can be changed").modified_count, 1);
        assert_refused(&subject, id, "the key of another").await;
        // With the bytes of the other as well.
        replace(&subject, id, stored(&subject, other).await).await;
        assert_refused(&subject, id, "key and bytes of another").await;
    }
}
