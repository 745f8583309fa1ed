//! Every process reads the same changes of documents, in the same order, at the same places.

use std::time::Duration;

use dossier_common::id::FileId;
use dossier_common::store::Store;
use dossier_common::store::file_stream::Position;
use mongodb::bson::{Document, doc};

use crate::harness::TestStore;

const PATIENCE: Duration = Duration::from_secs(20);

/// The next so many changes from `since` on.
async fn read(store: &Store, since: &Position, count: usize) -> Vec<(FileId, Position)> {
    let (store, since) = (store.clone(), since.clone());
    // A task of its own: a driver's call must not be dropped half-way.
    let reading = tokio::spawn(async move {
        let mut changes = store.file_changes(&since).await.expect("they can be read");
        let mut found = Vec::new();
        while found.len() < count {
            let change = changes.next().await.expect("they can be read");
            let change = change.expect("there are more");
            if let Some(id) = change.file_id {
                found.push((id, change.position));
            }
        }
        found
    });
    let read = tokio::time::timeout(PATIENCE, reading).await;
    read.expect("in time").expect("no panic")
}

#[tokio::test]
async fn two_processes_read_the_same_changes_at_the_same_places() {
    let test = TestStore::new().await;
    let user = test.user("ada@example.com");
    let before = test.store.present_position().await.expect("a place");
    let files = [test.file(&user), test.file(&user), test.file(&user)];
    // Two in one transaction, which have one time, and one by itself.
    for group in [&files[..2], &files[2..]] {
        let adding = test.store.transaction("add files", |tx| {
            let group = group.to_vec();
            Box::pin(async move {
                for file in &group {
                    tx.insert_file(file).await?;
                }
                Ok(())
            })
        });
        adding.await.expect("they can be added");
    }
    let after = test.store.present_position().await.expect("a place");
    let other = test.another().await;
    let one = read(&test.store, &before, 3).await;
    assert_eq!(one, read(&other, &before, 3).await);
    let ids: Vec<FileId> = one.iter().map(|(id, _)| *id).collect();
    assert_eq!(ids, files.map(|file| file.id));
    let places: Vec<&Position> = one.iter().map(|(_, at)| at).collect();
    assert!(places.is_sorted_by(|one, next| one < next), "{places:?}");
    assert!(before < one[0].1 && one[2].1 < after, "{before} {after}");
    // From the middle, which is how a reader goes on; the change at that time may come again.
    let later = read(&other, &one[1].1, 1).await;
    assert!(one.contains(&later[0]), "{later:?}");
    for (_, at) in &one {
        assert_eq!(at.to_string().parse::<Position>().as_ref(), Ok(at));
    }
}

#[tokio::test]
async fn a_job_that_dies_is_a_change_of_its_document() {
    let test = TestStore::new().await;
    let file = test.file(&test.user("ada@example.com"));
    let adding = test.store.transaction("add a file", |tx| {
        let file = file.clone();
        Box::pin(async move { tx.insert_file(&file).await })
    });
    adding.await.expect("it can be added");
    let before = test.store.present_position().await.expect("a place");
    let jobs = test.database().collection::<Document>("apalis_jobs");
    for status in ["Running", "Failed"] {
        let id = file.job_id.to_string();
        let change = doc! { "$set": { "status": status } };
        let changed = jobs.update_one(doc! { "_id": id }, change).await;
        assert_eq!(changed.expect("it can be").modified_count, 1);
    }
    let read = read(&test.store, &before, 1).await;
    assert_eq!(read[0].0, file.id);
}
