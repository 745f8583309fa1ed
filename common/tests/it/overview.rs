//! The overview tells of queues, workers, the mail server and failures, within a deadline.

use std::time::Duration;

use dossier_common::id::JobId;
use dossier_common::overview::{
    MailOverview, MailState, Overview, QueueOverview, QueueState, WorkerOverview, WorkerState,
};
use dossier_common::queue::{Job, JobState, MintDownloadToken, QueueName, SendEmail};
use dossier_common::store::Store;
use dossier_common::store::mail_circuit::MailFailure;
use mongodb::bson::{DateTime, Document, doc};

use crate::harness::{NOW, TestStore};

const LIMIT: Duration = Duration::from_secs(30);

async fn gather(store: &Store) -> Overview {
    let gathered = Overview::gather(store, LIMIT).await;
    gathered.expect("the database answers")
}

async fn enqueue<J: Job + Clone>(test: &TestStore, job: J) -> JobId {
    let id = test.job();
    let enqueuing = test.store.transaction("enqueue a job", |tx| {
        let job = job.clone();
        Box::pin(async move { tx.enqueue(job, id).await })
    });
    enqueuing.await.expect("it can be enqueued");
    id
}

#[tokio::test]
async fn an_empty_database_has_every_queue_and_nothing_in_them() {
    let test = TestStore::new().await;
    let overview = gather(&test.store).await;
    assert_eq!(overview.database, test.database().name());
    let names: Vec<&str> = overview.queues.iter().map(|it| it.name.as_str()).collect();
    let all: Vec<&str> = QueueName::ALL.iter().map(|name| name.as_str()).collect();
    assert_eq!(names, all);
    for queue in &overview.queues {
        assert_eq!(queue.state, QueueState::Runs);
        assert_eq!(
            (queue.counts.ready, queue.rates.done, queue.workers),
            (0, 0, 0)
        );
        assert_eq!((queue.oldest_ready, queue.oldest_unfinished), (None, None));
    }
    assert!(overview.workers.is_empty() && overview.failures.is_empty());
    assert_eq!(overview.mail.state, MailState::Works);
}

#[tokio::test]
async fn what_waits_runs_failed_and_is_parked_is_told() {
    let test = TestStore::new().await;
    let operator = test.store.queue_operator();
    let link_id = test
        .link(
            &test.user("a@example.com"),
            &test.file(&test.user("b@example.com")),
        )
        .id;
    let waits = enqueue(&test, MintDownloadToken { link_id }).await;
    let runs = enqueue(&test, MintDownloadToken { link_id }).await;
    let died = enqueue(&test, MintDownloadToken { link_id }).await;
    let now = operator.server_time().await.expect("it tells its time");
    let ago = |millis: i64| now.saturating_add_millis(-millis);
    let worker = "mint-download-token@host-7.2041.6926f1b8a2d4e8f0a1b2c3d4";
    let jobs = test.database().collection::<Document>("apalis_jobs");
    let set = async |id: JobId, fields: Document| {
        let filter = doc! { "_id": id.to_string() };
        let update = doc! { "$set": fields };
        jobs.update_one(filter, update).await.expect("it is set");
    };
    set(
        runs,
        doc! {
            "status": "Running", "worker": worker, "started_at": ago(12_000), "attempts": 1,
            "lease_until": ago(-30_000),
        },
    )
    .await;
    set(
        died,
        doc! {
            "status": "Failed", "attempts": 8, "finished_at": ago(5000), "last_error": "no key",
        },
    )
    .await;
    let known = doc! {
        "_id": worker, "name": "mint-download-token", "queue": MintDownloadToken::QUEUE,
        "service": "", "started_at": ago(60_000), "last_seen": ago(1000), "leases": 1_i64,
        "running": 1_i64, "draining_since": ago(2000), "expire_at": ago(-299_000),
    };
    let workers = test.database().collection::<Document>("apalis_workers");
    workers.insert_one(known).await.expect("it is stored");
    for key in ["a", "b"] {
        let failure = MailFailure {
            key: key.to_owned(),
            of: "worker".to_owned(),
        };
        let counted = test.store.count_mail_failure(&failure, NOW).await;
        counted.expect("it is counted");
    }
    assert_eq!(gather(&test.store).await.mail.state, MailState::Fails);
    let probe = Duration::from_secs(10);
    let parked = operator.park_queue(SendEmail::QUEUE, probe, "451 later");
    parked.await.expect("it is parked");
    let paused = operator.pause_queue(MintDownloadToken::QUEUE).await;
    paused.expect("it is paused");

    let overview = gather(&test.store).await;
    assert_eq!(overview.mail.state, MailState::Parked);
    assert_eq!(
        (overview.mail.failures, overview.mail.failed_at),
        (2, Some(NOW))
    );
    assert_eq!(overview.mail.reason.as_deref(), Some("451 later"));
    let queue = |name: &str| {
        let found = overview.queues.iter().find(|it| it.name == name);
        found.expect("it is there")
    };
    assert_eq!(queue(SendEmail::QUEUE).state, QueueState::Parked);
    let minting = queue(MintDownloadToken::QUEUE);
    assert_eq!(minting.state, QueueState::Paused);
    assert!(minting.paused_at.is_some_and(|at| at >= now));
    assert!(minting.oldest_ready.is_some() && minting.oldest_unfinished.is_some());
    assert_eq!(
        (minting.rates.dead, minting.rates.failed, minting.rates.done),
        (1, 1, 0)
    );
    assert_eq!(minting.workers, 0, "one that drains takes no jobs");
    let [worker] = overview.workers.as_slice() else {
        panic!("{:?}", overview.workers)
    };
    assert_eq!(worker.state, WorkerState::Draining);
    assert_eq!(
        (worker.host.as_deref(), worker.pid),
        (Some("host-7"), Some(2041))
    );
    let running: Vec<(String, DateTime)> = worker
        .running
        .iter()
        .map(|job| (job.id.clone(), job.since))
        .collect();
    assert_eq!(running, [(runs.to_string(), ago(12_000))]);
    assert_eq!(worker.buffered, 0);
    let [failure] = overview.failures.as_slice() else {
        panic!("{:?}", overview.failures)
    };
    assert_eq!(
        (&failure.id, failure.state),
        (&died.to_string(), JobState::Dead)
    );
    assert_eq!((&*failure.error, failure.at), ("no key", ago(5000)));
    parts_are_as_in(&overview, &test.store).await;

    let json = serde_json::to_value(&overview).expect("JSON");
    let minting = &json["queues"][QueueName::ALL.len() - 1];
    assert_eq!(minting["name"], MintDownloadToken::QUEUE);
    assert_eq!(minting["dead_per_minute"], serde_json::Value::Null);
    assert_eq!(minting["rates"]["dead_per_minute"], 1);
    assert!(minting["oldest_ready_ms"].is_u64(), "{minting}");
    assert_eq!(json["workers"][0]["state"], "draining");
    let at = json["at"].as_str().expect("an instant");
    assert!(at.ends_with('Z') && at.len() == 24, "{at}");
    assert_ne!(waits, runs);
}

/// What is gathered alone is what `overview` has.
async fn parts_are_as_in(overview: &Overview, store: &Store) {
    // Ages grow.
    let told = |queue: &QueueOverview| (queue.name.clone(), queue.state, queue.rates);
    let queues = QueueOverview::gather_all(store, LIMIT).await.expect("told");
    let queues: Vec<_> = queues.iter().map(told).collect();
    let expected: Vec<_> = overview.queues.iter().map(told).collect();
    assert_eq!(queues, expected);
    for (name, expected) in QueueName::ALL.iter().zip(expected) {
        let queue = QueueOverview::gather(store, name.as_str(), LIMIT).await;
        assert_eq!(told(&queue.expect("told")), expected);
    }
    for (queue, expected) in [
        (None, &overview.workers[..]),
        (Some(MintDownloadToken::QUEUE), &overview.workers[..]),
        (Some(SendEmail::QUEUE), &overview.workers[..0]),
    ] {
        let workers = WorkerOverview::gather_all(store, queue, LIMIT).await;
        assert_eq!(workers.expect("told"), expected, "{queue:?}");
    }
    let mail = MailOverview::gather(store, LIMIT).await.expect("told");
    assert_eq!(mail, overview.mail);
}

#[tokio::test]
async fn a_database_that_does_not_answer_in_time_is_given_up() {
    let test = TestStore::new().await;
    let gathered = Overview::gather(&test.store, Duration::ZERO).await;
    let error = gathered.expect_err("there is no time");
    assert!(error.is_unavailable(), "{error}");
}
