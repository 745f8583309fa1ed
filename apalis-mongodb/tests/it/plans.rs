//! The server answers from indexes: what is asked often reads no more than it returns.

use std::time::Duration;

use apalis_mongodb::{JobState, NewJob};
use mongodb::bson::{DateTime, Document, doc};

use crate::harness::Bench;

/// Documents and keys the server read for `command`.
async fn cost(bench: &Bench, command: Document) -> (i64, i64) {
    let explain = doc! { "explain": command, "verbosity": "executionStats" };
    let plan = bench.db().run_command(explain).await.unwrap();
    let stats = plan.get_document("executionStats").unwrap();
    let number = |field| {
        let number = stats.get(field).unwrap();
        number.as_i64().or(number.as_i32().map(i64::from)).unwrap()
    };
    (number("totalDocsExamined"), number("totalKeysExamined"))
}

async fn fill(bench: &Bench) {
    let storage = bench.storage::<u32>();
    let later = Duration::from_secs(3600);
    let scheduled = (0..300).map(|n| NewJob::new(n).run_in(later));
    storage.enqueue_many(scheduled).await.unwrap();
    storage
        .enqueue_many((0..200).map(NewJob::new))
        .await
        .unwrap();
    let jobs = bench.db().collection::<Document>("apalis_jobs");
    let past = DateTime::now();
    let done: Vec<Document> = (0..500)
        .map(|n| {
            doc! {
                "_id": format!("done-{n}"), "queue": "test", "status": "Done", "priority": 0,
                "run_at": past, "finished_at": past, "args": n, "attempts": 1,
            }
        })
        .collect();
    jobs.insert_many(done).await.unwrap();
}

#[tokio::test]
async fn counts_read_no_document() {
    let bench = Bench::new().await;
    fill(&bench).await;
    bench.counts(JobState::Done, 500).await;
    let finished = doc! {
        "count": "apalis_jobs", "hint": "finished",
        "query": { "queue": "test", "status": "Done", "finished_at": { "$gt": DateTime::from_millis(0) } },
    };
    assert_eq!(cost(&bench, finished).await.0, 0);
    let running = doc! {
        "count": "apalis_jobs", "hint": "lease", "query": { "queue": "test", "status": "Running" },
    };
    assert_eq!(cost(&bench, running).await.0, 0);
    let ready = doc! {
        "count": "apalis_jobs", "hint": "claim_order",
        "query": { "queue": "test", "status": "Pending", "run_at": { "$lte": DateTime::now() } },
    };
    let (documents, keys) = cost(&bench, ready).await;
    assert!(
        documents == 0 && keys <= 202,
        "{documents} documents, {keys} keys"
    );
}

#[tokio::test]
async fn a_claim_reads_what_it_takes_whatever_else_there_is() {
    let bench = Bench::new().await;
    fill(&bench).await;
    let claim = doc! {
        "find": "apalis_jobs", "hint": "claim_order", "limit": 50,
        "sort": { "priority": -1, "run_at": 1, "_id": 1 },
        "filter": { "queue": "test", "status": "Pending", "$expr": { "$lte": ["$run_at", "$$NOW"] } },
    };
    let (documents, keys) = cost(&bench, claim).await;
    assert!(
        documents <= 51 && keys <= 52,
        "{documents} documents, {keys} keys"
    );
}

#[tokio::test]
async fn jobs_named_by_id_are_settled_without_a_look_at_the_others() {
    let bench = Bench::new().await;
    let jobs = bench.db().collection::<Document>("apalis_jobs");
    let running = (0..300).map(|n| {
        doc! {
            "_id": format!("running-{n:03}"), "queue": "test", "status": "Running", "priority": 0,
            "run_at": DateTime::now(), "lease_until": DateTime::now(), "args": n, "attempts": 1,
        }
    });
    jobs.insert_many(running).await.unwrap();
    let ids: Vec<String> = (0..50).map(|n| format!("running-{n:03}")).collect();
    let settle = doc! {
        "update": "apalis_jobs",
        "updates": [{
            "q": { "_id": { "$in": ids }, "status": "Running" },
            "u": { "$set": { "status": "Done" } }, "multi": true, "hint": { "_id": 1 },
        }],
    };
    let (documents, keys) = cost(&bench, settle).await;
    assert!(
        documents == 50 && keys <= 51,
        "{documents} documents, {keys} keys"
    );
}
