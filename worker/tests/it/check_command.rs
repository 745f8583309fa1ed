//! `dossier-worker check`, as operators run it.

use dossier_common::id::UserId;
use mongodb::bson::{Document, doc};
use serde_json::Value;

use crate::harness::inspected::{AVAILABLE, REPORT};
use crate::harness::{Bench, Program};

fn check(bench: &Bench, arguments: &[&str]) -> Program {
    let program = Program::bare(&[&["check"], arguments].concat());
    program.variable("MONGODB_URI", bench.uri())
}

async fn json(bench: &Bench, arguments: &[&str]) -> (i32, Value) {
    let (code, said) = check(bench, &[arguments, &["--json"]].concat())
        .printed()
        .await;
    (code, serde_json::from_str(&said).expect("JSON"))
}

#[tokio::test]
async fn it_says_that_all_agrees_and_what_does_not_and_mends_it_when_it_is_told_to() {
    let bench = Bench::new().await;
    let owner = UserId::generate(&bench.entropy, bench.now());
    let file = bench.file_with_verdict(owner, REPORT, AVAILABLE, 1).await;
    bench.count(&file).await;
    let (code, said) = check(&bench, &[]).printed().await;
    assert_eq!(
        (code, said.trim()),
        (0, "documents, bytes, jobs, links and counters agree")
    );
    let (code, report) = json(&bench, &[]).await;
    assert_eq!(code, 0);
    assert_eq!(report["differences"], serde_json::json!([]));

    let counters = bench
        .store()
        .database()
        .collection::<Document>("storage_usage");
    let wrong = doc! { "$inc": { "used_bytes": 1_i64 } };
    let changed = counters.update_one(doc! { "_id": "total" }, wrong).await;
    assert_eq!(changed.expect("it can be").modified_count, 1);
    let (code, said) = check(&bench, &[]).printed().await;
    assert_eq!(code, 1, "{said}");
    for word in ["storage-usage", "total", "1 left", "adds what the counter"] {
        assert!(said.contains(word), "{word}: {said}");
    }
    let (code, report) = json(&bench, &["--repair"]).await;
    assert_eq!(code, 0, "{report}");
    assert_eq!(report["differences"][0]["check"], "storage-usage");
    assert_eq!(report["differences"][0]["mended"], true);
    bench.committed().await;
    let (code, _) = json(&bench, &[]).await;
    assert_eq!(code, 0);
    let audit = bench.store().database().collection::<Document>("audit");
    let told = audit.count_documents(doc! { "act": "repair" }).await;
    assert_eq!(told.expect("countable"), 1);
}

#[tokio::test]
async fn what_it_does_not_understand_exits_with_2() {
    let bench = Bench::new().await;
    let (code, said) = check(&bench, &["--mend"]).run().await;
    assert_eq!(code, 2, "{said}");
}
