//! Sealed documents get the verdicts that they would get unsealed, and changed ones get none.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dossier_common::blob::{BlobKeys, BlobSettings};
use dossier_common::entropy::Entropy;
use dossier_common::file::{File, FileState};
use dossier_common::id::UserId;
use dossier_common::queue::backend::Outcome;
use dossier_common::queue::{JobState, ValidateUpload};
use dossier_common::store::files::FileScope;
use mongodb::bson::spec::BinarySubtype;
use mongodb::bson::{Binary, Document, doc};

use crate::harness::Bench;

const LARGE: &[u8] = include_bytes!("../../../fixtures/large-report.docx");
const MACROS: &[u8] = include_bytes!("../../../fixtures/macros.docm");

/// A bench whose documents are sealed.
async fn sealing() -> Bench {
    let key: [u8; 32] = Entropy::seeded(1).bytes();
    let list = format!("b1:{}", STANDARD.encode(key));
    Bench::new().await.keeping_documents(BlobSettings {
        url: None,
        keys: Some(BlobKeys::parse(&list.into()).expect("a key")),
    })
}

async fn uploaded(bench: &Bench, name: &str, bytes: &[u8]) -> File {
    let owner = UserId::generate(&bench.entropy, bench.now());
    bench.file(owner, name, bytes).await
}

async fn state(bench: &Bench, file: &File) -> FileState {
    let found = bench.store().find_file(file.id, &FileScope::Everything);
    found.await.expect("readable").expect("there").state
}

#[tokio::test]
async fn a_sealed_document_gets_its_verdict() {
    let bench = sealing().await;
    for (name, bytes, verdict) in [
        ("large-report.docx", LARGE, FileState::Available),
        ("macros.docm", MACROS, FileState::Rejected),
    ] {
        let file = uploaded(&bench, name, bytes).await;
        let job = bench.attempt::<ValidateUpload>(file.job_id).await;
        assert_eq!(job.state, JobState::Done, "{name}");
        assert_eq!(state(&bench, &file).await, verdict, "{name}");
    }
}

#[tokio::test]
async fn a_sealed_document_that_was_changed_gets_no_verdict() {
    let bench = sealing().await;
    let file = uploaded(&bench, "report.docx", MACROS).await;
    let chunks = bench
        .store()
        .database()
        .collection::<Document>("blobs.chunks");
    let row = chunks.find_one(doc! { "files_id": file.blob_id }).await;
    let row = row.expect("it can be read").expect("a chunk");
    let mut bytes = row.get_binary_generic("data").expect("bytes").clone();
    bytes[0] ^= 1;
    let subtype = BinarySubtype::Generic;
    let change = doc! { "$set": { "data": Binary { subtype, bytes } } };
    let changed = chunks
        .update_one(doc! { "_id": row.get("_id") }, change)
        .await;
    assert_eq!(changed.expect("it can be changed").modified_count, 1);
    let job = bench.attempt::<ValidateUpload>(file.job_id).await;
    assert_eq!(job.history[0].outcome, Outcome::Failed);
    assert!(job.finished_at.is_none(), "another attempt follows");
    assert_eq!(state(&bench, &file).await, FileState::Received);
}
