//! A job belongs to one worker at a time, and only that one can acknowledge it.

use std::time::Duration;

use apalis_mongodb::operator::{BulkOptions, Selection};
use apalis_mongodb::{JobHandle, JobState, NewJob, Outcome};
use mongodb::bson::oid::ObjectId;
use mongodb::bson::{DateTime, Document, doc};
use tokio::sync::Notify;

use crate::harness::{Bench, Notes, eventually};
use crate::worker;

/// What a rescue by another worker looks like from the store.
async fn steal(bench: &Bench, id: &str) {
    let jobs = bench
        .db()
        .collection::<Document>(&bench.config.collections().jobs);
    let theirs = doc! { "$set": { "lock_token": ObjectId::new(), "worker": "other@1" } };
    let stolen = jobs.update_one(doc! { "_id": id }, theirs).await.unwrap();
    assert_eq!(stolen.modified_count, 1);
}

#[tokio::test]
async fn jobs_that_outlast_their_lease_run_once_beside_an_idle_worker() {
    let bench = Bench::with(|config| {
        config
            .lease_duration(Duration::from_secs(1))
            .batch_size(10)
            .max_in_flight(10)
    })
    .await;
    let storage = bench.storage::<u32>();
    storage.enqueue_many((0..6).map(NewJob::new)).await.unwrap();
    let notes = Notes::default();
    let handler = |notes: Notes| {
        move |number: u32| {
            let notes = notes.clone();
            async move {
                tokio::time::sleep(Duration::from_millis(1500)).await;
                notes.add(number.to_string());
            }
        }
    };
    let first = worker!(bench.storage::<u32>(), 1, handler(notes.clone()));
    notes.reach(1).await;
    let second = worker!(bench.storage::<u32>(), 1, handler(notes.clone()));
    bench.counts(JobState::Done, 6).await;
    let mut ran = notes.all();
    ran.sort();
    assert_eq!(ran, (0..6).map(|n| n.to_string()).collect::<Vec<_>>());
    first.stop().await;
    second.stop().await;
}

#[tokio::test]
async fn a_late_acknowledgement_changes_nothing_and_its_handler_is_told() {
    let bench = Bench::with(|config| config.heartbeat_interval(Duration::from_millis(200))).await;
    let notes = Notes::default();
    let seen = notes.clone();
    let running = worker!(bench.storage::<u32>(), 1, move |_: u32, job: JobHandle| {
        let notes = seen.clone();
        async move {
            notes.add("started");
            job.lost().await;
            assert!(job.is_lost());
            notes.add("told");
        }
    });
    let id = bench.storage::<u32>().enqueue(1).await.unwrap();
    notes.reach(1).await;
    steal(&bench, &id.to_string()).await;
    notes.reach(2).await;
    running.stop().await;
    let job = bench.job(&id).await;
    assert_eq!(job.state, JobState::Running);
    assert_eq!(job.worker.as_deref(), Some("other@1"));
    assert!(job.history.is_empty());
}

#[tokio::test]
async fn an_expired_lease_is_rescued_and_counts_as_a_crash_not_as_an_attempt() {
    let bench = Bench::with(|config| config.lease_duration(Duration::from_millis(600))).await;
    let id = bench.storage::<u32>().enqueue(1).await.unwrap();
    abandon(&bench, &id.to_string(), 0).await;
    let running = worker!(bench.storage::<u32>(), 1, async |_: u32| {});
    let job = bench.reaches(&id, JobState::Done).await;
    assert_eq!((job.attempts, job.crashes), (1, 1));
    assert_eq!(job.history[0].outcome, Outcome::LeaseExpired);
    assert_eq!(job.history[1].outcome, Outcome::Done);
    running.stop().await;
}

#[tokio::test]
async fn a_job_that_crashes_its_worker_too_often_is_quarantined() {
    let bench = Bench::with(|config| config.lease_duration(Duration::from_millis(600))).await;
    let id = bench.storage::<u32>().enqueue(1).await.unwrap();
    abandon(&bench, &id.to_string(), 2).await;
    let running = worker!(bench.storage::<u32>(), 1, async |_: u32| {});
    let job = bench.reaches(&id, JobState::Dead).await;
    assert_eq!(job.crashes, 3);
    assert!(job.last_error.unwrap().contains("quarantined"));
    running.stop().await;
}

/// Leaves the job as a worker that died with it would.
async fn abandon(bench: &Bench, id: &str, crashes: i32) {
    let jobs = bench
        .db()
        .collection::<Document>(&bench.config.collections().jobs);
    let past = DateTime::from_millis(DateTime::now().timestamp_millis() - 1000);
    let dead = doc! { "$set": {
        "status": "Running", "worker": "dead@1", "lock_token": ObjectId::new(), "attempts": 1,
        "started_at": past, "lease_until": past, "max_crashes": 3_i64, "crashes": crashes,
    } };
    jobs.update_one(doc! { "_id": id }, dead).await.unwrap();
}

#[tokio::test]
async fn jobs_that_crashed_two_workers_run_one_at_a_time_and_do_not_hold_up_others() {
    let bench = Bench::with(|config| config.max_in_flight(4).batch_size(4)).await;
    let storage = bench.storage::<String>();
    let jobs = bench
        .db()
        .collection::<Document>(&bench.config.collections().jobs);
    for number in 0..6 {
        let id = format!("suspect-{number}");
        storage
            .enqueue(NewJob::new("suspect".to_owned()).id(&id))
            .await
            .unwrap();
        jobs.update_one(doc! { "_id": id }, doc! { "$set": { "crashes": 2 } })
            .await
            .unwrap();
    }
    storage.enqueue("innocent".to_owned()).await.unwrap();
    let notes = Notes::default();
    let gate = std::sync::Arc::new(Notify::new());
    let (seen, barrier) = (notes.clone(), std::sync::Arc::clone(&gate));
    let running = worker!(storage, 4, move |name: String| {
        let (notes, gate) = (seen.clone(), std::sync::Arc::clone(&barrier));
        async move {
            notes.add(&name);
            if name == "suspect" {
                gate.notified().await;
            }
        }
    });
    let mut started = notes.reach(2).await;
    started.sort();
    assert_eq!(started, ["innocent", "suspect"]);
    bench.counts(JobState::Running, 1).await;
    for suspects in 2..=6 {
        gate.notify_one();
        notes.reach(suspects + 1).await;
    }
    gate.notify_one();
    bench.counts(JobState::Done, 7).await;
    running.stop().await;
}

#[tokio::test]
async fn a_running_job_that_is_cancelled_tells_its_handler_at_once() {
    // Only the change stream is this fast.
    let bench = Bench::with(|config| config.lease_duration(Duration::from_secs(300))).await;
    let notes = Notes::default();
    let seen = notes.clone();
    let running = worker!(bench.storage::<u32>(), 1, move |_: u32, job: JobHandle| {
        let notes = seen.clone();
        async move {
            notes.add("started");
            job.lost().await;
            notes.add("told");
        }
    });
    let id = bench.storage::<u32>().enqueue(1).await.unwrap();
    notes.reach(1).await;
    let selection = Selection::id(id.to_string());
    let report = bench
        .operator()
        .cancel_jobs(&selection, BulkOptions::default())
        .await
        .unwrap();
    assert_eq!(report.changed, 1);
    notes.reach(2).await;
    running.stop().await;
    let job = bench.job(&id).await;
    assert_eq!(job.state, JobState::Cancelled);
    assert_eq!(job.history[0].outcome, Outcome::Cancelled);
}

#[tokio::test]
async fn a_handle_extends_its_lease_and_reports_progress_and_lines() {
    let bench = Bench::new().await;
    let running = worker!(bench.storage::<u32>(), 1, async |_: u32, job: JobHandle| {
        assert!(job.lease_remaining() <= Duration::from_secs(3));
        job.extend(Duration::from_secs(60)).await?;
        assert!(job.lease_remaining() > Duration::from_secs(50));
        job.progress(doc! { "done": 1, "of": 2 }).await?;
        job.log("half way").await?;
        Ok::<(), apalis_mongodb::Error>(())
    });
    let id = bench.storage::<u32>().enqueue(1).await.unwrap();
    let job = bench.reaches(&id, JobState::Done).await;
    assert_eq!(job.progress, Some(doc! { "done": 1, "of": 2 }.into()));
    assert_eq!(job.log[0].line, "half way");
    running.stop().await;
}

#[tokio::test]
async fn a_worker_announces_itself_and_is_forgotten_when_it_stops() {
    let bench = Bench::new().await;
    let running = worker!(bench.storage::<u32>(), 1, async |_: u32| {});
    let operator = bench.operator();
    let list = async || operator.list_workers(Some("test")).await.unwrap();
    eventually("one worker is listed", async || {
        let workers = list().await;
        if workers.len() == 1 {
            Ok(())
        } else {
            Err(format!("{workers:?}"))
        }
    })
    .await;
    running.stop().await;
    assert!(list().await.is_empty());
}
