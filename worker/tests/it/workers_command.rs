//! Operators see which workers there are, and what they run.

use dossier_common::clock::Clock;
use dossier_common::host::host_name;
use dossier_common::queue::{Job, JobState, SendEmail};
use dossier_devstack::mail::Behaviour;
use mongodb::bson::{Document, doc};
use serde_json::Value;

use crate::harness::{Bench, CLIENT, PATIENCE, Program, eventually};

async fn workers(bench: &Bench, arguments: &[&str]) -> (i32, String) {
    let program = Program::bare(&[&["workers", "list"], arguments].concat());
    program.variable("MONGODB_URI", bench.uri()).run().await
}

/// The workers of the queue of mails that are in `state`.
async fn mail_workers(bench: &Bench, state: &str) -> Vec<Value> {
    let arguments = ["--queue", SendEmail::QUEUE, "--state", state, "--json"];
    let (code, said) = workers(bench, &arguments).await;
    assert_eq!(code, 0, "{said}");
    // What is logged on a busy machine may follow.
    let mut lists = serde_json::Deserializer::from_str(&said).into_iter();
    let list = lists.next().expect("a list");
    list.unwrap_or_else(|error| panic!("{error}: {said}"))
}

#[tokio::test]
async fn workers_are_listed_with_what_they_run_until_they_have_drained() {
    let bench = Bench::new().await;
    let stall = bench.mail.behave(Behaviour::stall());
    stall.expect("a server can be so");
    let user_id = bench.user(CLIENT, None).await.id;
    let job = bench.enqueue(SendEmail::AccountExists { user_id }).await;
    let program = Program::worker(bench.uri(), &bench.mail.smtp_url());
    let running = program.start().await;
    assert!(bench.mail.wait_until_stalled(1, PATIENCE).await);
    // It runs for certain when the worker has had it for half a second.
    let worker = eventually("the worker is listed with its job", async || {
        let found = mail_workers(&bench, "alive").await;
        let runs = |worker: &&Value| worker["running"][0]["id"] == job.to_string();
        found.iter().find(runs).cloned()
    })
    .await;
    assert_eq!(worker["host"], host_name());
    assert!(worker["pid"].is_u64(), "{worker}");
    assert_eq!(
        (&worker["buffered"], &worker["running"][0]["attempt"]),
        (&0.into(), &1.into())
    );
    assert!(worker["running"][0]["since"].is_string(), "{worker}");
    let (code, table) = workers(&bench, &[]).await;
    assert_eq!(code, 0, "{table}");
    for word in ["alive", "validate-upload", "heartbeat", &job.to_string()] {
        assert!(table.contains(word), "{word}: {table}");
    }

    running.signal("TERM").await;
    let draining = eventually("the worker drains", async || {
        mail_workers(&bench, "draining").await.pop()
    })
    .await;
    assert_eq!(draining["id"], worker["id"]);
    assert!(draining["draining_since"].is_string(), "{draining}");
    bench
        .mail
        .behave(Behaviour::ok())
        .expect("a server can be so");
    let (code, log) = running.ended().await;
    assert_eq!(code, 0, "{log}");
    assert_eq!(bench.job(job).await.state, JobState::Done);
    let (code, none) = workers(&bench, &[]).await;
    assert_eq!(code, 0, "{none}");
    assert!(none.contains("no such workers"), "{none}");
}

#[tokio::test]
async fn a_worker_without_heartbeats_is_listed_as_dead() {
    let bench = Bench::new().await;
    let seen = Clock::system().now().saturating_add_millis(-60_000);
    let worker = doc! {
        "_id": "send-email@host-7.2041.6926f1b8a2d4e8f0a1b2c3d4", "name": "send-email",
        "queue": SendEmail::QUEUE, "service": "", "started_at": seen, "last_seen": seen,
        "leases": 1_i64, "running": 1_i64, "expire_at": seen.saturating_add_millis(300_000),
    };
    let collection = bench
        .store()
        .database()
        .collection::<Document>("apalis_workers");
    collection.insert_one(worker).await.expect("it is stored");
    assert!(mail_workers(&bench, "alive").await.is_empty());
    let dead = mail_workers(&bench, "dead").await;
    assert_eq!(dead.len(), 1, "{dead:?}");
    assert_eq!(
        (&dead[0]["host"], &dead[0]["pid"]),
        (&"host-7".into(), &2041.into())
    );
    let (code, said) = workers(&bench, &["--state", "asleep"]).await;
    assert_eq!(code, 2);
    assert!(said.contains("alive, draining, dead"), "{said}");
}

#[tokio::test]
async fn top_without_a_terminal_says_what_to_use_instead() {
    let program = Program::bare(&["top"]);
    let program = program.variable("MONGODB_URI", "mongodb://127.0.0.1:1/x");
    let (code, said) = program.run().await;
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("needs a terminal"), "{said}");
    assert!(said.contains("queues list --json"), "{said}");
    let shows_escapes = said.contains('\u{1b}');
    assert!(!shows_escapes, "{said:?}");
}
