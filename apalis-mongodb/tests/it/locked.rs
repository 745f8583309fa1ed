//! A transaction that has written one job, and is not over, holds up no other.

use std::sync::Arc;
use std::time::{Duration, Instant};

use apalis_core::error::BoxDynError;
use apalis_mongodb::{JobHandle, JobState, NewJob, QueueLimits};
use mongodb::ClientSession;
use mongodb::bson::{DateTime, Document, doc};
use tokio::sync::Notify;

use crate::harness::{Apart, Bench, Notes, eventually};
use crate::worker;

/// The server ends a transaction after a minute. What waited for that took longer.
const MEANWHILE: Duration = Duration::from_secs(40);

/// Writes job `id` in a transaction that goes on.
async fn write_in_transaction(bench: &Bench, id: &str) -> ClientSession {
    let mut session = bench.db().client().start_session().await.unwrap();
    session.start_transaction().await.unwrap();
    let jobs = &bench.config.collections().jobs;
    let jobs = bench.db().collection::<Document>(jobs);
    let note = jobs.update_one(doc! { "_id": id }, doc! { "$set": { "note": 1 } });
    note.session(&mut session).await.unwrap();
    session
}

fn in_three_leases(bench: &Bench) -> DateTime {
    let later = i64::try_from((bench.config.lease() * 3).as_millis()).unwrap();
    DateTime::from_millis(DateTime::now().timestamp_millis() + later)
}

#[tokio::test]
async fn a_transaction_on_a_running_job_costs_no_other_job_its_lease() {
    let bench = Bench::new().await;
    let storage = bench.storage::<u32>();
    let (notes, release) = (Notes::default(), Arc::new(Notify::new()));
    let handler = || {
        let (notes, release) = (notes.clone(), Arc::clone(&release));
        move |_: u32, job: JobHandle| {
            let (notes, release) = (notes.clone(), Arc::clone(&release));
            async move {
                notes.add(job.id());
                release.notified().await;
            }
        }
    };
    let holder = worker!(storage.clone(), 4, handler());
    for id in ["a", "b"] {
        storage.enqueue(NewJob::new(1).id(id)).await.unwrap();
    }
    notes.reach(2).await;
    let apart = Apart::new();
    let rescuer = apart.enter(|| worker!(bench.storage::<u32>(), 4, handler()));
    let mut session = write_in_transaction(&bench, "a").await;
    let later = in_three_leases(&bench);
    let job = eventually("the other lease is renewed for long", async || {
        let job = bench.job("b").await;
        if job.crashes > 0 || job.lease_until > Some(later) {
            Ok(job)
        } else {
            Err(format!("{job:?}"))
        }
    })
    .await;
    assert_eq!(job.crashes, 0, "{job:?}");
    session.abort_transaction().await.unwrap();
    release.notify_waiters();
    bench.reaches(&"b", JobState::Done).await;
    holder.abort();
    rescuer.abort();
}

#[tokio::test]
async fn a_transaction_on_a_waiting_job_keeps_no_other_from_being_claimed() {
    let limited = QueueLimits {
        max_running: Some(4),
        ..QueueLimits::default()
    };
    for limits in [QueueLimits::default(), limited] {
        let bench = Bench::new().await;
        let operator = bench.operator();
        operator.set_queue_limits("test", limits).await.unwrap();
        let storage = bench.storage::<u32>();
        storage.enqueue(NewJob::new(1).id("a")).await.unwrap();
        storage.enqueue(NewJob::new(1).id("b")).await.unwrap();
        let mut session = write_in_transaction(&bench, "a").await;
        let since = Instant::now();
        let running = worker!(storage.clone(), 4, async |_: u32| {});
        bench.reaches(&"b", JobState::Done).await;
        let later = storage.enqueue(1).await.unwrap();
        bench.reaches(&later, JobState::Done).await;
        assert!(since.elapsed() < MEANWHILE, "{:?}", since.elapsed());
        assert_eq!(bench.job("a").await.state, JobState::Ready);
        session.abort_transaction().await.unwrap();
        let job = bench.reaches(&"a", JobState::Done).await;
        assert_eq!((job.attempts, job.crashes), (1, 0));
        running.stop().await;
    }
}

#[tokio::test]
async fn a_completion_that_commits_late_holds_up_no_other_acknowledgement() {
    let bench = Bench::new().await;
    let storage = bench.storage::<u32>();
    let (client, commit) = (bench.db().client().clone(), Arc::new(Notify::new()));
    let told = Arc::clone(&commit);
    let running = worker!(storage.clone(), 4, move |number: u32, job: JobHandle| {
        let (client, commit) = (client.clone(), Arc::clone(&told));
        async move {
            if number == 0 {
                let mut session = client.start_session().await?;
                session.start_transaction().await?;
                job.complete_in(&mut session).await?;
                tokio::spawn(async move {
                    commit.notified().await;
                    session.commit_transaction().await.unwrap();
                });
            }
            Ok::<(), BoxDynError>(())
        }
    });
    let late = storage.enqueue(0).await.unwrap();
    bench.reaches(&late, JobState::Running).await;
    let since = Instant::now();
    for number in 1..4 {
        let other = storage.enqueue(number).await.unwrap();
        bench.reaches(&other, JobState::Done).await;
    }
    assert!(since.elapsed() < MEANWHILE, "{:?}", since.elapsed());
    assert_eq!(bench.job(&late).await.state, JobState::Running);
    commit.notify_one();
    let job = bench.reaches(&late, JobState::Done).await;
    assert_eq!((job.attempts, job.crashes), (1, 0));
    running.stop().await;
}

#[tokio::test]
async fn a_transaction_on_a_running_job_holds_up_no_other_acknowledgement() {
    let bench = Bench::new().await;
    let storage = bench.storage::<u32>();
    let (notes, release) = (Notes::default(), Arc::new(Notify::new()));
    let (noted, released) = (notes.clone(), Arc::clone(&release));
    let running = worker!(storage.clone(), 4, move |_: u32| {
        let (notes, release) = (noted.clone(), Arc::clone(&released));
        async move {
            // Before the note: whoever reads it may release at once.
            let released = release.notified();
            notes.add("started");
            released.await;
        }
    });
    for id in ["a", "b"] {
        storage.enqueue(NewJob::new(1).id(id)).await.unwrap();
    }
    notes.reach(2).await;
    let mut session = write_in_transaction(&bench, "a").await;
    let since = Instant::now();
    release.notify_waiters();
    bench.reaches(&"b", JobState::Done).await;
    assert!(since.elapsed() < MEANWHILE, "{:?}", since.elapsed());
    session.abort_transaction().await.unwrap();
    let job = bench.reaches(&"a", JobState::Done).await;
    assert_eq!((job.attempts, job.crashes), (1, 0));
    running.stop().await;
}
