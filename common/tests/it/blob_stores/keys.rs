//! Keys come and go, and documents stay.

use dossier_common::store::StoreError;
use dossier_common::store::blobs::BlobKeyUse;

use super::cases::{bytes, new_id, read, store};
use super::subjects::{Subject, key, keys};

#[tokio::test]
async fn a_missing_key_is_named_and_putting_it_back_is_enough() {
    for subject in Subject::sealed().await {
        let id = new_id(&subject.entropy);
        store(&subject.store, id, &bytes(1000)).await;
        for (list, name) in [(Some(key("b2", 2)), "another"), (None, "none")] {
            let without = subject.with_keys(list.as_deref());
            let refused = read(&without, id, 1000, (0, 1000)).await;
            match refused {
                Err(StoreError::BlobKeyMissing { blob, kid }) => {
                    assert_eq!((blob, kid.as_str()), (id, "b1"));
                }
                other => panic!("{}, with {name}: {other:?}", subject.name),
            }
            without
                .delete_blob(new_id(&subject.entropy))
                .await
                .expect("ok");
        }
        let back = subject.with_keys(Some(&format!("{},{}", key("b2", 2), key("b1", 1))));
        let opened = read(&back, id, 1000, (0, 1000)).await;
        assert!(opened.expect("its key is there") == bytes(1000));
        // What nothing opens can be removed all the same.
        subject
            .with_keys(None)
            .delete_blob(id)
            .await
            .expect("deleted");
        assert_eq!(subject.rows().await, 0);
    }
}

#[tokio::test]
async fn what_was_stored_before_a_setting_changed_stays_readable() {
    let subject = Subject::new("a directory, sealed", true, true).await;
    let entropy = &subject.entropy;
    let sealed_folder = &subject.store;
    let plain_folder = subject.with_keys(None);
    let plain = subject.test.store.clone();
    let id = [new_id(entropy), new_id(entropy), new_id(entropy)];
    store(&plain, id[0], &bytes(100)).await;
    store(&plain_folder, id[1], &bytes(200)).await;
    store(sealed_folder, id[2], &bytes(300)).await;
    assert_eq!(subject.rows().await, 2, "the database needs no row");
    for (id, size) in [(id[0], 100), (id[1], 200), (id[2], 300)] {
        let read = read(sealed_folder, id, size, (0, size)).await;
        assert!(read.expect("readable") == bytes(size), "{size}");
    }
    // A process whose setting names another place finds the old one by its rows.
    for (id, size) in [(id[0], 100), (id[1], 200)] {
        let read = read(&plain, id, size, (0, size)).await;
        assert!(read.expect("readable") == bytes(size), "{size}");
    }
    for id in id {
        plain.delete_blob(id).await.expect("it can be deleted");
    }
    assert_eq!((subject.rows().await, subject.raw().await.len()), (0, 0));
}

#[tokio::test]
async fn a_new_first_key_wraps_old_data_keys_and_touches_no_bytes() {
    for subject in Subject::sealed().await {
        let ids = [(); 3].map(|()| new_id(&subject.entropy));
        for id in ids {
            store(&subject.store, id, &bytes(1000)).await;
        }
        let before = subject.raw().await;
        let both = format!("{},{}", key("b2", 2), key("b1", 1));
        let (ring, after) = (keys(&both), subject.with_keys(Some(&both)));
        let new = new_id(&subject.entropy);
        store(&after, new, &bytes(1000)).await;
        let count = async || after.count_blobs_by_key().await.expect("it can count");
        assert_eq!(count().await, uses(&[("b1", 3), ("b2", 1)]));
        let mut last = None;
        loop {
            let page = after.list_blobs_under_other_keys("b2", last, 2).await;
            let page = page.expect("it can list");
            let Some(newest) = page.last() else { break };
            last = Some(newest.id);
            for place in &page {
                let old = place.sealed.as_ref().expect("it is sealed");
                let new = ring.rewrap(old, place.id, &subject.entropy);
                let new = new.expect("genuine").expect("not under it yet");
                let replaced = after.replace_blob_key(place.id, old, &new).await;
                assert!(replaced.expect("it can be replaced"));
                let again = after.replace_blob_key(place.id, old, &new).await;
                assert!(!again.expect("it can be tried"), "another by now");
            }
        }
        assert_eq!(count().await, uses(&[("b2", 4)]));
        let raw = subject.raw().await;
        assert!(
            before.iter().all(|bytes| raw.contains(bytes)),
            "no byte changed"
        );
        let alone = subject.with_keys(Some(&key("b2", 2)));
        for id in ids {
            let read = read(&alone, id, 1000, (0, 1000)).await;
            assert!(read.expect("the old key is not needed") == bytes(1000));
        }
    }
}

fn uses(of: &[(&str, i64)]) -> Vec<BlobKeyUse> {
    let uses = of.iter().map(|(kid, blobs)| BlobKeyUse {
        kid: Some((*kid).to_owned()),
        blobs: *blobs,
    });
    uses.collect()
}
