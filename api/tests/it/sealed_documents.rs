//! Documents that are sealed, and those in a directory, go up and down like any others.

use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dossier_common::blob::{BlobKeys, BlobSettings};
use dossier_common::digest::Sha256;
use dossier_common::entropy::Entropy;
use dossier_common::file::File;
use mongodb::bson::doc;
use tempfile::TempDir;

use crate::harness::{App, Form, NewFile, Person, Program, eventually};

fn key(kid: &str, seed: u64) -> String {
    let bytes: [u8; 32] = Entropy::seeded(seed).bytes();
    format!("{kid}:{}", STANDARD.encode(bytes))
}

fn keys() -> String {
    key("b1", 5)
}

fn settings(folder: Option<&TempDir>, is_sealed: bool) -> BlobSettings {
    let url = folder.map(|folder| format!("file://{}", folder.path().display()));
    BlobSettings {
        url: url.map(|url| url.parse().expect("an address")),
        keys: is_sealed.then(|| BlobKeys::parse(&keys().into()).expect("a key")),
    }
}

/// Over a mebibyte, and different everywhere.
fn bytes() -> Vec<u8> {
    (0..1_300_001).map(|i| ((i * 31) >> 7) as u8).collect()
}

/// Uploads over HTTP; the stored document once a worker accepted it.
async fn uploaded(app: &App, ops: &Person, bytes: &[u8]) -> File {
    let form = Form::for_everyone("report.docx", bytes);
    let answer = app.post("/v1/files").by(ops).form(form).send().await;
    let answer = answer.expect(202).json();
    assert_eq!(answer["sha256"], Sha256::of(bytes).to_string());
    assert_eq!(answer["size_bytes"], bytes.len());
    let files = app.database().collection::<File>("files");
    let found = files.find_one(doc! { "_id": answer["id"].as_str() }).await;
    let file = found.expect("it can be read").expect("it is there");
    let kind = dossier_common::file::DocumentKind::Docx;
    app.record_verdict(&file, Ok(kind)).await;
    file
}

#[tokio::test]
async fn they_come_back_in_whole_and_in_parts_from_every_place() {
    let folder = TempDir::new().expect("a folder");
    for (folder, is_sealed) in [(None, true), (Some(&folder), false), (Some(&folder), true)] {
        let app = App::start().await;
        let app = app.keeping_documents(settings(folder, is_sealed));
        let (ops, client) = (app.ops().await, app.client().await);
        let bytes = bytes();
        let file = uploaded(&app, &ops, &bytes).await;
        let path = app.download_path(&client, &file).await;
        let whole = app.get(&path).by(&client).send().await.expect(200);
        assert!(whole.body == bytes);
        assert_eq!(whole.header("content-length"), bytes.len().to_string());
        let part = app
            .get(&path)
            .by(&client)
            .header("range", "bytes=65263-65264");
        let part = part.send().await.expect(206);
        assert!(part.body == bytes[65_263..=65_264]);
        let in_database = app.count("blobs.files", doc! {}).await;
        assert_eq!(in_database, u64::from(folder.is_none()));
    }
}

#[tokio::test]
async fn a_download_of_bytes_that_were_changed_is_no_document() {
    let folder = TempDir::new().expect("a folder");
    let app = App::start().await;
    let app = app.keeping_documents(settings(Some(&folder), true));
    let (ops, client) = (app.ops().await, app.client().await);
    let bytes = bytes();
    let new = NewFile {
        bytes: &bytes,
        ..NewFile::default()
    };
    let file = app.available(&ops, new).await;
    let path = app.download_path(&client, &file).await;
    let id = file.blob_id.to_string();
    let stored = folder.path().join(&id[id.len() - 2..]).join(&id);
    let mut changed = std::fs::read(&stored).expect("it is there");
    changed[10] ^= 1;
    std::fs::write(&stored, &changed).expect("it can be changed");
    // Nothing was sent yet: an error, and no use of the link.
    let answer = app.get(&path).by(&client).send().await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!answer.text().contains("blb_"), "{}", answer.text());
    changed[10] ^= 1;
    std::fs::write(&stored, &changed).expect("it can be changed back");
    let whole = app.get(&path).by(&client).send().await.expect(200);
    assert!(whole.body == bytes);
}

#[tokio::test]
async fn an_upload_that_breaks_a_rule_leaves_nothing_in_the_directory() {
    let folder = TempDir::new().expect("a folder");
    let app = App::start().await;
    let app = app.keeping_documents(settings(Some(&folder), true));
    let ops = app.ops().await;
    let form = Form::file("report.docx", &bytes());
    let call = app.post("/v1/files").by(&ops).form(form);
    let wrong = Sha256::of(b"other bytes").repr_digest();
    let answer = call.header("repr-digest", &wrong).send().await;
    assert!(answer.status.is_client_error(), "{}", answer.status);
    assert_eq!(app.count("blob_places", doc! {}).await, 0);
    let folders = std::fs::read_dir(folder.path()).expect("it is there");
    for entry in folders {
        let entry = entry.expect("an entry").path();
        let mut files = std::fs::read_dir(&entry).expect("a folder");
        assert!(files.next().is_none(), "{}", entry.display());
    }
}

#[tokio::test]
async fn a_place_that_is_not_there_or_a_bad_key_ends_the_start() {
    let app = App::start().await;
    let configured = || Program::configured(app.uri());
    let absent = configured().variable("BLOB_URL", "file:///there/is/no/such/folder");
    let (code, said) = absent.run("").await;
    assert!(code != 0 && said.contains("BLOB_URL"), "{said}");
    let program = configured().variable("BLOB_URL", "https://documents.example.com");
    let program = program.variable("BLOB_KEYS", "b1:c2hvcnQ=");
    let (code, said) = program.run("").await;
    assert!(code != 0 && said.contains("BLOB_URL: must be"), "{said}");
    assert!(said.contains("BLOB_KEYS: key 1"), "{said}");
    assert!(!said.contains("c2hvcnQ="), "{said}");
}

#[tokio::test]
async fn a_process_tells_the_ids_of_its_keys_and_reads_them_again() {
    let (app, folder) = (App::start().await, TempDir::new().expect("a folder"));
    let file = folder.path().join("blob_keys");
    std::fs::write(&file, keys()).expect("it can be written");
    let path = file.to_str().expect("a plain path");
    let program = Program::configured(app.uri()).variable("BLOB_KEYS_FILE", path);
    let running = program.start().await;
    let address = running.listens("metrics");
    let accepted = async || {
        let program = Program::bare(&["healthcheck"]).variable("METRICS_ADDR", &address);
        program.run("").await.1
    };
    let said = accepted().await;
    assert!(said.trim_end().ends_with("BLOB_KEYS b1"), "{said}");
    let both = format!("{},{}", key("b2", 6), keys());
    std::fs::write(&file, &both).expect("it can be written");
    running.signal("HUP").await;
    eventually("it has both", async || {
        let said = accepted().await;
        said.contains("BLOB_KEYS b2,b1").then_some(())
    })
    .await;
    let (code, log) = running.stop().await;
    assert_eq!(code, 0);
    let secrets = both.split(',').filter_map(|key| key.split_once(':'));
    for (kid, secret) in secrets {
        assert!(!log.contains(secret), "the log has key {kid}");
    }
}
