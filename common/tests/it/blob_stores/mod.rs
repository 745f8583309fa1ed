//! Every store of bytes keeps the same promises, sealed or not.

mod cases;
mod damage;
mod keys;
mod leftovers;
mod plaintext;
mod subjects;

use dossier_common::store::free_space::FreeSpace;

use subjects::Subject;

#[tokio::test]
async fn any_length_and_any_range_is_what_was_stored_there() {
    for subject in Subject::all().await {
        cases::ranges(&subject.store, &subject.entropy).await;
    }
}

#[tokio::test]
async fn a_long_odd_document_comes_back_in_whole_and_in_chunks() {
    for subject in Subject::all().await {
        cases::long(&subject.store, &subject.entropy).await;
    }
}

#[tokio::test]
async fn many_readers_get_the_same_bytes_at_once() {
    for subject in Subject::all().await {
        cases::readers(&subject.store, &subject.entropy).await;
    }
}

#[tokio::test]
async fn what_was_not_finished_leaves_nothing() {
    for subject in Subject::all().await {
        cases::abort(&subject.store, &subject.entropy).await;
        assert_eq!(subject.rows().await, 0, "{}", subject.name);
    }
}

#[tokio::test]
async fn what_is_not_there_is_an_error_and_can_be_deleted() {
    for subject in Subject::all().await {
        cases::absent(&subject.store, &subject.entropy).await;
        assert_eq!(subject.rows().await, 0, "{}", subject.name);
    }
}

#[tokio::test]
async fn a_document_is_never_shorter_or_longer_than_it_was() {
    for subject in Subject::all().await {
        cases::wrong_size(&subject.store, &subject.entropy).await;
    }
}

#[tokio::test]
async fn the_free_space_is_that_of_the_volume_that_documents_go_to() {
    let subject = Subject::new("a directory", true, false).await;
    let folder = subject.folder().expect("a directory");
    let volume = rustix::fs::statvfs(folder).expect("a volume");
    let expected = volume.f_bavail * volume.f_frsize;
    let free = FreeSpace::of(subject.store.clone()).bytes().await;
    let free = free.expect("it is known");
    assert!(free.abs_diff(expected) < 1 << 30, "{free} and {expected}");
}
