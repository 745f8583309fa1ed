//! The same holds wherever documents are: sealed in the database, or in a directory, sealed or not.

use std::fs::OpenOptions;
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dossier_common::blob::{BlobKeys, BlobSettings};
use dossier_common::entropy::Entropy;
use dossier_common::file::File;
use dossier_common::id::{BlobId, UploadId};
use dossier_common::store::Store;
use dossier_common::store::check::Check;
use dossier_common::upload::{ResumableUpload, UploadPart};
use mongodb::bson::doc;
use tempfile::TempDir;

use super::{
    available, erase, finds_and_mends, found, later, repair, rows, somebody, story, withdraw,
};
use crate::harness::inspected::REPORT;
use crate::harness::{Bench, Program};

/// Where documents are in a test.
struct Place {
    folder: Option<TempDir>,
    is_sealed: bool,
}

impl Place {
    fn all() -> [Self; 3] {
        let folder = || Some(TempDir::new().expect("a folder"));
        [(None, true), (folder(), false), (folder(), true)]
            .map(|(folder, is_sealed)| Self { folder, is_sealed })
    }

    fn directory() -> Self {
        let folder = TempDir::new().expect("a folder");
        Self {
            folder: Some(folder),
            is_sealed: true,
        }
    }

    fn url(&self) -> Option<String> {
        let folder = self.folder.as_ref()?;
        Some(format!("file://{}", folder.path().display()))
    }

    async fn bench(&self) -> Bench {
        let key: [u8; 32] = Entropy::seeded(1).bytes();
        let list = format!("b1:{}", STANDARD.encode(key));
        let settings = BlobSettings {
            url: self.url().map(|url| url.parse().expect("an address")),
            keys: self
                .is_sealed
                .then(|| BlobKeys::parse(&list.into()).expect("a key")),
        };
        Bench::new().await.keeping_documents(settings)
    }

    /// The file that a document is in.
    fn path(&self, file: &File) -> Option<PathBuf> {
        let id = file.blob_id.to_string();
        let folder = self.folder.as_ref()?.path();
        Some(folder.join(&id[id.len() - 2..]).join(&id))
    }

    /// Removes the bytes of a document behind the back of the store, and leaves the row of its place.
    async fn lose(&self, bench: &Bench, file: &File) {
        if let Some(path) = self.path(file) {
            std::fs::remove_file(path).expect("it is there");
            return;
        }
        let its_row = doc! { "_id": file.blob_id };
        let removed = rows(bench, "blobs.files").delete_one(its_row).await;
        assert_eq!(removed.expect("it can be").deleted_count, 1);
        lose_chunk(bench, file).await;
    }

    /// Leaves some of the bytes of a document, or too few chunks of them.
    async fn shorten(&self, bench: &Bench, file: &File) {
        let Some(path) = self.path(file) else {
            lose_chunk(bench, file).await;
            return;
        };
        let opened = OpenOptions::new().write(true).open(path);
        // As many as there are before they are sealed, or one too few.
        let length = file.size_bytes.unsigned_abs();
        let length = if self.is_sealed { length } else { length - 1 };
        opened
            .expect("it is there")
            .set_len(length)
            .expect("it can be shorter");
    }
}

async fn lose_chunk(bench: &Bench, file: &File) {
    let its_chunk = doc! { "files_id": file.blob_id };
    let removed = rows(bench, "blobs.chunks").delete_one(its_chunk).await;
    assert_eq!(removed.expect("it can be").deleted_count, 1);
}

async fn stored_bytes(bench: &Bench, file: &File) -> Option<u64> {
    let finding = bench.store().stored_blob_bytes(file.blob_id);
    finding.await.expect("it can be asked")
}

async fn places(bench: &Bench) -> u64 {
    let places = rows(bench, "blob_places");
    places.count_documents(doc! {}).await.expect("countable")
}

#[tokio::test]
async fn a_story_without_accidents_leaves_nothing_that_disagrees_in_any_place() {
    for place in Place::all() {
        story(&place.bench().await).await;
    }
}

#[tokio::test]
async fn sealed_bytes_are_as_long_as_they_should_be_whatever_the_document() {
    let [sealed, ..] = Place::all();
    let bench = sealed.bench().await;
    // Around one and two segments, and a chunk of four.
    for length in [
        1, 65_263, 65_264, 65_265, 130_528, 130_529, 261_056, 261_057,
    ] {
        let bytes = vec![7; length];
        bench.file(somebody(&bench), REPORT.0, &bytes).await;
    }
    let differences = found(&bench, Check::MissingBytes).await;
    assert!(differences.is_empty(), "{differences:?}");
}

#[tokio::test]
async fn bytes_that_nothing_speaks_of_are_removed_from_every_place_and_no_others() {
    for place in Place::all() {
        let bench = place.bench().await;
        let kept = available(&bench).await;
        let orphan = bench.new_file(somebody(&bench), REPORT.0, REPORT.1).await;
        bench.committed().await;
        let id = orphan.blob_id.to_string();
        finds_and_mends(&bench, Check::OrphanBytes, id).await;
        assert_eq!(stored_bytes(&bench, &orphan).await, None);
        if let Some(path) = place.path(&orphan) {
            assert!(!path.exists());
        }
        assert!(stored_bytes(&bench, &kept).await.is_some());
        assert_eq!(places(&bench).await, 1);
    }
}

#[tokio::test]
async fn parts_of_an_upload_that_goes_on_are_left_alone_in_every_place() {
    for place in Place::all() {
        let bench = place.bench().await;
        let part = bench.new_file(somebody(&bench), REPORT.0, REPORT.1).await;
        let now = bench.now();
        let upload = ResumableUpload {
            id: UploadId::generate(&bench.entropy, now),
            owner_id: part.owner_id,
            room: BlobId::generate(&bench.entropy, now),
            length_bytes: 2 * part.size_bytes,
            offset_bytes: part.size_bytes,
            metadata: String::new(),
            parts: vec![UploadPart {
                blob_id: part.blob_id,
                size_bytes: part.size_bytes,
            }],
            writer: None,
            completing_until: None,
            file_id: None,
            created_at: now,
            expires_at: later(&bench),
            forget_at: None,
        };
        let uploads = bench
            .store()
            .database()
            .collection::<ResumableUpload>("uploads");
        uploads.insert_one(&upload).await.expect("it can be added");
        let differences = found(&bench, Check::OrphanBytes).await;
        assert!(differences.is_empty(), "{differences:?}");
    }
}

#[tokio::test]
async fn a_row_of_a_place_that_nothing_speaks_of_is_removed_with_what_a_writer_left() {
    for place in Place::all() {
        let bench = place.bench().await;
        let begun = bench.new_file(somebody(&bench), REPORT.0, REPORT.1).await;
        place.lose(&bench, &begun).await;
        // What the store writes to until the file has its name.
        let left = place
            .path(&begun)
            .map(|path| format!("{}#1", path.display()));
        if let Some(left) = &left {
            std::fs::write(left, "some of it").expect("it can be written");
        }
        bench.committed().await;
        let id = begun.blob_id.to_string();
        finds_and_mends(&bench, Check::OrphanBytes, id).await;
        assert_eq!(places(&bench).await, 0);
        assert!(left.is_none_or(|left| !PathBuf::from(left).exists()));
    }
}

#[tokio::test]
async fn a_document_without_its_bytes_or_with_too_few_is_told_in_every_place() {
    for place in Place::all() {
        let bench = place.bench().await;
        let (none, few) = (available(&bench).await, available(&bench).await);
        available(&bench).await;
        place.lose(&bench, &none).await;
        place.shorten(&bench, &few).await;
        bench.committed().await;
        let mut differences = found(&bench, Check::MissingBytes).await;
        differences.sort_unstable_by(|a, b| a.id.cmp(&b.id));
        let mut expected = [&none, &few];
        expected.sort_unstable_by_key(|file| file.id.to_string());
        let told: Vec<&str> = differences.iter().map(|it| &*it.id).collect();
        assert_eq!(told, expected.map(|file| file.id.to_string()));
        for (difference, file) in differences.iter().zip(expected) {
            assert!(difference.found.contains(&file.blob_id.to_string()));
            assert!(!repair(&bench, difference).await);
        }
    }
}

#[tokio::test]
async fn what_is_erased_while_it_compares_is_no_difference() {
    for place in Place::all() {
        let bench = place.bench().await;
        let (gone, _kept) = (available(&bench).await, available(&bench).await);
        withdraw(&bench, &gone).await;
        let mut snapshot = bench
            .store()
            .snapshot(later(&bench))
            .await
            .expect("a snapshot");
        // The first read is the moment.
        let links = snapshot.differences(Check::StaleLinks).await;
        assert!(links.expect("comparable").is_empty());
        assert_eq!(erase(&bench, &gone).await, 1);
        assert_eq!(stored_bytes(&bench, &gone).await, None);
        let differences = snapshot.differences(Check::MissingBytes).await;
        snapshot.close().await.expect("it ends");
        let differences = differences.expect("comparable");
        assert!(differences.is_empty(), "{differences:?}");
    }
}

#[tokio::test]
async fn a_directory_that_is_empty_or_not_there_is_an_error_with_its_address() {
    let place = Place::directory();
    let bench = place.bench().await;
    let file = available(&bench).await;
    place.lose(&bench, &file).await;
    let mut snapshot = bench
        .store()
        .snapshot(later(&bench))
        .await
        .expect("a snapshot");
    let failed = snapshot.differences(Check::MissingBytes).await;
    snapshot.close().await.expect("it ends");
    let said = failed.expect_err("there is nothing at all").to_string();
    let url = place.url().expect("a directory");
    assert!(said.contains(&url) && said.contains("mount"), "{said}");
    drop(place);
    // A program that does not keep new documents there reads the address in the rows.
    let other = Store::connect(bench.uri(), "tests", &bench.settings).await;
    let snapshot = other.expect("reachable").snapshot(later(&bench)).await;
    let mut snapshot = snapshot.expect("a snapshot");
    let failed = snapshot.differences(Check::MissingBytes).await;
    snapshot.close().await.expect("it ends");
    let said = failed.expect_err("it is not there").to_string();
    assert!(said.contains(&url) && said.contains("mount"), "{said}");
}

#[tokio::test]
async fn the_command_takes_the_directory_from_its_environment() {
    let place = Place::directory();
    let bench = place.bench().await;
    available(&bench).await;
    let url = place.url().expect("a directory");
    let checking = || {
        let program = Program::bare(&["check"]);
        let program = program.variable("MONGODB_URI", bench.uri());
        program.variable("BLOB_URL", &url)
    };
    let (code, said) = checking().run().await;
    assert_eq!(code, 0, "{said}");
    drop(place);
    let (code, said) = checking().run().await;
    assert!(code == 1 && said.contains(&url), "{code}: {said}");
}
