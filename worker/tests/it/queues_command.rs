//! Operators see, pause, resume and limit queues, and the audit knows.

use std::time::Duration;

use dossier_common::audit::{Act, Actor, AuditEntry};
use dossier_common::queue::backend::operator::QueueRecord;
use dossier_common::queue::{Job, JobState, QueueName, SendEmail};
use dossier_common::store::audit::AuditFilter;
use mongodb::bson::{Document, doc};
use serde_json::{Value, json};

use crate::harness::{Bench, CLIENT, Program};

const QUEUE: &str = SendEmail::QUEUE;

async fn queues(bench: &Bench, arguments: &[&str]) -> (i32, String) {
    let program = Program::bare(&[&["queues"], arguments].concat());
    program.variable("MONGODB_URI", bench.uri()).run().await
}

async fn done(bench: &Bench, arguments: &[&str]) -> String {
    let (code, said) = queues(bench, arguments).await;
    assert_eq!(code, 0, "{said}");
    said
}

/// What `queues list` says of the queue of mails.
async fn listed(bench: &Bench) -> Value {
    let said = done(bench, &["list", "--json"]).await;
    let all: Value = serde_json::from_str(&said).expect("JSON");
    let all = all.as_array().expect("a list");
    assert_eq!(all.len(), QueueName::ALL.len(), "those without jobs too");
    let found = all.iter().find(|queue| queue["name"] == QUEUE);
    found.expect("it is listed").clone()
}

async fn stored(bench: &Bench) -> QueueRecord {
    let queues = bench.store().queue_operator().list_queues().await;
    let queues = queues.expect("they can be listed");
    let queue = queues.into_iter().find(|it| it.name == QUEUE);
    queue.expect("it is known")
}

async fn audited(bench: &Bench, act: Act) -> Vec<AuditEntry> {
    let filter = AuditFilter {
        act: Some(act),
        ..AuditFilter::default()
    };
    let entries = bench.store().list_audit(&filter, None, 10).await;
    entries.expect("the audit can be read")
}

#[track_caller]
fn assert_by_operator(entry: &AuditEntry) {
    assert_eq!(entry.actor, Actor::Operator);
    assert_eq!(entry.objects, [QUEUE]);
}

#[tokio::test]
async fn a_paused_queue_waits_until_it_is_resumed_and_the_audit_says_who_did_it() {
    let bench = Bench::new().await;
    let user_id = bench.user(CLIENT, None).await.id;
    let job = bench.enqueue(SendEmail::AccountExists { user_id }).await;
    let said = done(&bench, &["pause", QUEUE]).await;
    assert!(said.contains("send-email is paused"), "{said}");
    let said = done(&bench, &["pause", QUEUE]).await;
    assert!(said.contains("paused already, since 2"), "{said}");
    let entries = audited(&bench, Act::PauseQueue).await;
    assert_eq!(entries.len(), 1, "what changes nothing is no act");
    assert_by_operator(&entries[0]);
    let queue = listed(&bench).await;
    assert_eq!(queue["state"], "paused");
    assert_eq!(queue["counts"]["ready"], 1);
    assert!(queue["paused_at"].is_string(), "{queue}");
    assert!(queue["oldest_ready_ms"].is_u64(), "{queue}");
    let table = done(&bench, &["list"]).await;
    assert!(
        table.contains("paused") && table.contains("mint-download-token"),
        "{table}"
    );

    let workers = bench.work(&[QueueName::of::<SendEmail>()]);
    let said = done(&bench, &["resume", QUEUE]).await;
    assert!(said.contains("send-email runs again"), "{said}");
    bench.reaches(job, JobState::Done).await;
    workers.stop().await;
    let said = done(&bench, &["resume", QUEUE]).await;
    assert!(
        said.contains("send-email is neither paused nor parked"),
        "{said}"
    );
    let entries = audited(&bench, Act::ResumeQueue).await;
    assert_eq!(entries.len(), 1);
    assert_by_operator(&entries[0]);
    assert_eq!(listed(&bench).await["state"], "runs");

    let operator = bench.store().queue_operator();
    let hour = Duration::from_secs(3600);
    let parked = operator.park_queue(QUEUE, hour, "451 later").await;
    parked.expect("it is parked");
    assert_eq!(listed(&bench).await["state"], "parked");
    let said = done(&bench, &["resume", QUEUE]).await;
    assert!(
        said.contains("it was parked since") && said.contains("451 later"),
        "{said}"
    );
    assert_eq!(listed(&bench).await["state"], "runs");
}

#[tokio::test]
async fn limits_are_set_one_by_one_and_lifted() {
    let bench = Bench::new().await;
    let said = done(&bench, &["limit", QUEUE, "--concurrency", "5"]).await;
    assert!(said.contains("5 at once (before: no limit)"), "{said}");
    let said = done(&bench, &["limit", QUEUE, "--rate", "100/m"]).await;
    assert!(said.contains("5 at once, 100/m"), "{said}");
    assert!(said.contains("MAIL_RATE"), "{said}");
    let limits = stored(&bench).await.limits;
    assert_eq!(limits.max_running, Some(5));
    let rate = limits.rate.expect("there is one");
    assert_eq!((rate.starts, rate.per.as_secs()), (100, 60));
    let limits = &listed(&bench).await["limits"];
    let expected = json!({ "max_running": 5, "rate": { "starts": 100, "per_ms": 60_000 } });
    assert_eq!(*limits, expected);
    let said = done(&bench, &["limit", QUEUE, "--rate", "100/m"]).await;
    assert!(said.contains("already"), "{said}");
    let entries = audited(&bench, Act::LimitQueue).await;
    assert_eq!(entries.len(), 2, "what changes nothing is no act");
    assert_by_operator(&entries[0]);
    assert_eq!(entries[0].detail.as_deref(), Some("5 at once, 100/m"));
    done(&bench, &["limit", QUEUE, "--concurrency", "off"]).await;
    let limits = stored(&bench).await.limits;
    assert!(limits.max_running.is_none() && limits.rate.is_some());
    let said = done(&bench, &["limit", QUEUE, "--off"]).await;
    assert!(said.contains("no limit (before: 100/m)"), "{said}");
    assert_eq!(stored(&bench).await.limits.rate, None);
}

#[tokio::test]
async fn what_cannot_be_done_is_refused_with_what_can() {
    let bench = Bench::new().await;
    for arguments in [
        &["pause", "mails"][..],
        &["resume", "mails"],
        &["limit", "mails", "--off"],
        &["stats", "mails"],
    ] {
        let (code, said) = queues(&bench, arguments).await;
        assert_eq!(code, 1, "{said}");
        let advice = "no queue is called mails: `dossier-worker queues list`";
        assert!(said.contains(advice), "{said}");
    }
    // A newer version has left a job in a queue of its own.
    let user_id = bench.user(CLIENT, None).await.id;
    bench.enqueue(SendEmail::AccountExists { user_id }).await;
    let jobs = bench
        .store()
        .database()
        .collection::<Document>("apalis_jobs");
    let moved = jobs.update_one(doc! {}, doc! { "$set": { "queue": "mails" } });
    assert_eq!(moved.await.expect("it can be").modified_count, 1);
    done(&bench, &["pause", "mails"]).await;
    done(&bench, &["stats", "mails"]).await;
    let said = done(&bench, &["resume", "mails"]).await;
    assert!(said.contains("mails runs again"), "{said}");
    for arguments in [
        &["pause"][..],
        &["limit", QUEUE],
        &["limit", QUEUE, "--concurrency", "0"],
        &["limit", QUEUE, "--rate", "fast"],
        &["limit", QUEUE, "--off", "--rate", "10/s"],
        &["stats", "--window", "1s"],
    ] {
        let (code, said) = queues(&bench, arguments).await;
        assert_eq!(code, 2, "{arguments:?}: {said}");
    }
    assert!(audited(&bench, Act::LimitQueue).await.is_empty());
}

#[tokio::test]
async fn statistics_tell_what_was_done_and_how_long_it_took() {
    let bench = Bench::new().await;
    let user_id = bench.user(CLIENT, None).await.id;
    let workers = bench.work(&[QueueName::of::<SendEmail>()]);
    for _ in 0..3 {
        let job = bench.enqueue(SendEmail::AccountExists { user_id }).await;
        bench.reaches(job, JobState::Done).await;
    }
    workers.stop().await;
    let said = done(&bench, &["stats", QUEUE, "--window", "10m", "--json"]).await;
    let told: Value = serde_json::from_str(&said).expect("JSON");
    let told = &told.as_array().expect("a list")[0];
    assert_eq!((&told["queue"], &told["done"]), (&json!(QUEUE), &json!(3)));
    assert_eq!(told["done_per_minute"], 0.3);
    assert_eq!(
        (&told["dead"], &told["failed_attempts"]),
        (&json!(0), &json!(0))
    );
    assert!(
        told["run"]["p50_ms"].is_u64() && told["wait"]["max_ms"].is_u64(),
        "{told}"
    );
    let table = done(&bench, &["stats"]).await;
    for word in [
        "over the last 1h00m",
        "done/min",
        "wait p50",
        "validate-upload",
    ] {
        assert!(table.contains(word), "{word}: {table}");
    }
}
