//! What a process leaves that died while it wrote.

use mongodb::bson::{Document, doc};

use super::cases::{bytes, listed, new_id, store};
use super::subjects::{Subject, files};

#[tokio::test]
async fn what_a_killed_process_left_is_no_blob_and_goes_with_its_id() {
    for subject in Subject::all().await {
        let (whole, broken) = (new_id(&subject.entropy), new_id(&subject.entropy));
        store(&subject.store, whole, &bytes(100)).await;
        leave(&subject, broken).await;
        assert_eq!(listed(&subject.store).await, [whole], "{}", subject.name);
        subject.store.delete_blob(broken).await.expect("it can go");
        match subject.folder() {
            Some(folder) => assert_eq!(files(folder), [subject.file_of(whole).expect("one")]),
            None => assert_eq!(subject.chunks().await.len(), 1),
        }
        subject.store.delete_blob(whole).await.expect("it can go");
        assert_eq!((subject.raw().await.len(), subject.rows().await), (0, 0));
    }
}

/// Leaves what a process has written of `id` before it is killed: its row, and some bytes.
async fn leave(subject: &Subject, id: dossier_common::id::BlobId) {
    let settings = subject.store.blob_settings();
    let Some(file) = subject.file_of(id) else {
        let chunks = subject
            .test
            .database()
            .collection::<Document>("blobs.chunks");
        let mut chunk = chunks.find_one(doc! {}).await.expect("ok").expect("one");
        chunk.insert("_id", id.to_string());
        chunk.insert("files_id", id);
        chunks.insert_one(chunk).await.expect("it can be added");
        return;
    };
    let places = subject
        .test
        .database()
        .collection::<Document>("blob_places");
    let url = settings.url.as_ref().map(ToString::to_string);
    let row = doc! { "_id": id, "store": "object", "url": url };
    places.insert_one(row).await.expect("it can be added");
    let folder = file.parent().expect("a folder");
    std::fs::create_dir_all(folder).expect("it can be made");
    let half_written = folder.join(format!("{id}#1"));
    std::fs::write(half_written, b"half").expect("it can be written");
}
