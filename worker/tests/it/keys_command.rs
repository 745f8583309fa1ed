//! `dossier-worker keys`, as the real binary has it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use dossier_common::blob::{BlobKeys, BlobSettings};
use dossier_common::entropy::Entropy;
use dossier_common::id::BlobId;
use dossier_common::store::Store;
use dossier_common::store::blobs::ByteRange;
use serde_json::{Value, json};

use crate::harness::{Bench, Program};

fn key(kid: &str, seed: u64) -> String {
    let bytes: [u8; 32] = Entropy::seeded(seed).bytes();
    format!("{kid}:{}", STANDARD.encode(bytes))
}

/// The store of a process with these keys.
fn sealing(bench: &Bench, list: &str) -> Store {
    let settings = BlobSettings {
        url: None,
        keys: Some(BlobKeys::parse(&list.into()).expect("good keys")),
    };
    let store = bench.store().clone();
    let store = store.with_blobs(settings, bench.entropy.clone());
    store.expect("the database is there")
}

async fn add(bench: &Bench, store: &Store) -> BlobId {
    let id = BlobId::generate(&bench.entropy, bench.now());
    let writer = store.write_blob(id);
    assert!(writer.write(Bytes::from_static(b"a document")).await);
    writer.finish().await.expect("it can be stored");
    id
}

async fn read(store: &Store, id: BlobId) -> Vec<u8> {
    let range = ByteRange { start: 0, end: 10 };
    let mut pieces = store.read_blob(id, 10).stream(range);
    let mut bytes = Vec::new();
    while let Some(piece) = pieces.recv().await {
        bytes.extend_from_slice(&piece.expect("readable"));
    }
    bytes
}

async fn json_of(bench: &Bench, command: &str, list: &str) -> (i32, Value) {
    let program = Program::bare(&["keys", command, "--json"]);
    let program = program.variable("MONGODB_URI", bench.uri());
    let (code, said) = program.variable("BLOB_KEYS", list).printed().await;
    let report = serde_json::from_str(&said);
    (code, report.unwrap_or_else(|_| panic!("no JSON: {said}")))
}

#[tokio::test]
async fn data_keys_are_wrapped_anew_until_none_is_left_under_the_old_key() {
    let bench = Bench::new().await;
    let (old, new) = (key("b1", 1), key("b2", 2));
    let before = sealing(&bench, &old);
    let ids = [add(&bench, &before).await, add(&bench, &before).await];
    let both = format!("{new},{old}");
    let (code, lines) = json_of(&bench, "list", &both).await;
    assert_eq!(code, 0);
    assert_eq!(
        lines,
        json!([
            { "kid": "b2", "blobs": 0, "use": "wraps" },
            { "kid": "b1", "blobs": 2, "use": "opens" },
        ])
    );
    for rewrapped in [2, 0] {
        let (code, report) = json_of(&bench, "rewrap", &both).await;
        assert_eq!(code, 0, "{report}");
        assert_eq!(
            (&report["kid"], &report["rewrapped"]),
            (&json!("b2"), &json!(rewrapped))
        );
        let left = report["left"].as_object().expect("by key");
        assert!(left.values().all(|left| *left == json!(0)), "{report}");
    }
    let after = sealing(&bench, &new);
    for id in ids {
        assert_eq!(read(&after, id).await, b"a document");
    }
}

#[tokio::test]
async fn it_says_what_is_left_under_the_old_key_for_people() {
    let bench = Bench::new().await;
    let (old, new) = (key("b1", 1), key("b2", 2));
    add(&bench, &sealing(&bench, &old)).await;
    // Also when it is run once more, before the old key is taken away.
    for rewrapped in [1, 0] {
        let program = Program::bare(&["keys", "rewrap"]).variable("MONGODB_URI", bench.uri());
        let (code, said) = program
            .variable("BLOB_KEYS", &format!("{new},{old}"))
            .printed()
            .await;
        assert_eq!(code, 0, "{said}");
        let wrapped = format!("wrapped under b2 now: {rewrapped} data keys");
        assert!(said.contains(&wrapped), "{said}");
        assert!(said.contains("0 left under b1"), "{said}");
    }
}

#[tokio::test]
async fn a_key_that_is_missing_is_named_and_nothing_is_lost() {
    let bench = Bench::new().await;
    let (old, new) = (key("b1", 1), key("b2", 2));
    let before = sealing(&bench, &old);
    let id = add(&bench, &before).await;
    let (code, lines) = json_of(&bench, "list", &new).await;
    assert_eq!((code, &lines[1]["use"]), (1, &json!("missing")));
    let (code, report) = json_of(&bench, "rewrap", &new).await;
    assert_eq!(code, 1, "{report}");
    assert_eq!(report["left"], json!({ "b1": 1 }));
    assert_eq!(report["lost"], json!([id.to_string()]));
    assert_eq!(read(&before, id).await, b"a document");
    let program = Program::bare(&["keys", "rewrap"]).variable("MONGODB_URI", bench.uri());
    let (code, said) = program.run().await;
    assert!(code != 0 && said.contains("BLOB_KEYS is not set"), "{said}");
}
