//! A worker that stops finishes what runs and gives back the rest.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use apalis_mongodb::{Config, JobHandle, JobState, MongoStorage, NewJob, Outcome};
use tokio::sync::Notify;

use crate::harness::{Bench, Notes, eventually};
use crate::worker;

#[tokio::test]
async fn a_stop_finishes_what_runs_and_gives_back_what_waits_uncounted() {
    let bench = Bench::with(|config| config.max_in_flight(10).batch_size(10)).await;
    let storage = bench.storage::<u32>();
    storage
        .enqueue_many((0..10).map(NewJob::new))
        .await
        .unwrap();
    let gate = Arc::new(Notify::new());
    let notes = Notes::default();
    let (barrier, seen) = (Arc::clone(&gate), notes.clone());
    let running = worker!(storage, 2, move |number: u32| {
        let (gate, notes) = (Arc::clone(&barrier), seen.clone());
        async move {
            notes.add(number.to_string());
            gate.notified().await;
        }
    });
    notes.reach(2).await;
    running.begin_stop();
    // While the two still run.
    bench.counts(JobState::Ready, 8).await;
    gate.notify_waiters();
    running.stop().await;
    bench.counts(JobState::Done, 2).await;
    let filter = apalis_mongodb::JobFilter::queue("test").state(JobState::Ready);
    let page = bench.operator().list_jobs(&filter, None, 50).await.unwrap();
    assert_eq!(page.items.len(), 8);
    for job in page.items {
        let job = bench.job(&job.id).await;
        assert_eq!((job.attempts, job.history.len(), job.crashes), (0, 0, 0));
    }
}

#[tokio::test]
async fn a_job_that_outlasts_its_lease_during_a_drain_runs_once() {
    let bench = Bench::with(|config| config.lease_duration(Duration::from_millis(900))).await;
    let notes = Notes::default();
    let handler = |notes: Notes| {
        move |_: u32| {
            let notes = notes.clone();
            async move {
                notes.add("started");
                tokio::time::sleep(Duration::from_secs(3)).await;
            }
        }
    };
    let draining = worker!(bench.storage::<u32>(), 1, handler(notes.clone()));
    let id = bench.storage::<u32>().enqueue(1).await.unwrap();
    notes.reach(1).await;
    let other = worker!(bench.storage::<u32>(), 1, handler(notes.clone()));
    draining.stop().await;
    let job = bench.reaches(&id, JobState::Done).await;
    assert_eq!((job.attempts, job.crashes, notes.all().len()), (1, 0, 1));
    other.stop().await;
}

#[tokio::test]
async fn a_worker_whose_future_is_dropped_gives_its_jobs_back_uncounted() {
    let bench = Bench::with(|config| config.lease_duration(Duration::from_secs(300))).await;
    let notes = Notes::default();
    let seen = notes.clone();
    let running = worker!(bench.storage::<u32>(), 1, move |_: u32| {
        let notes = seen.clone();
        async move {
            notes.add("started");
            std::future::pending::<()>().await;
        }
    });
    let ids = bench
        .storage::<u32>()
        .enqueue_many((0..3).map(NewJob::new))
        .await
        .unwrap();
    notes.reach(1).await;
    running.abort();
    for id in &ids {
        let job = bench.reaches(id, JobState::Ready).await;
        assert_eq!((job.attempts, job.crashes), (0, 0));
    }
    let ran = bench.job(&ids[0]).await;
    assert_eq!(ran.history[0].outcome, Outcome::Released);
}

#[tokio::test]
async fn at_the_end_of_the_grace_period_running_jobs_are_released_and_cannot_be_acknowledged() {
    let bench = Bench::with(|config| config.lease_duration(Duration::from_secs(300))).await;
    let gate = Arc::new(Notify::new());
    let notes = Notes::default();
    let (barrier, seen) = (Arc::clone(&gate), notes.clone());
    let storage = bench.storage::<u32>();
    let running = worker!(storage.clone(), 1, move |_: u32| {
        let (gate, notes) = (Arc::clone(&barrier), seen.clone());
        async move {
            notes.add("started");
            gate.notified().await;
        }
    });
    let id = storage.enqueue(1).await.unwrap();
    notes.reach(1).await;
    running.begin_stop();
    assert_eq!(storage.outstanding(), 1);
    assert_eq!(storage.release_running().await.unwrap(), 1);
    let job = bench.job(&id).await;
    assert_eq!((job.state, job.attempts), (JobState::Ready, 0));
    gate.notify_one();
    running.stop().await;
    assert_eq!(bench.job(&id).await.state, JobState::Ready);
}

#[tokio::test]
async fn a_stopped_worker_is_not_listed_although_a_handle_of_its_job_is_kept() {
    let bench = Bench::new().await;
    let storage = bench.storage::<u32>();
    let kept: Arc<Mutex<Vec<JobHandle>>> = Arc::default();
    let keep = Arc::clone(&kept);
    let other = Config::new("other").lease_duration(bench.config.lease());
    let other = MongoStorage::<u32>::new(bench.db(), other);
    let stays = worker!(other, 1, async |_: u32| {});
    let stops = worker!(storage.clone(), 1, move |_: u32, job: JobHandle| {
        keep.lock().unwrap().push(job);
        async {}
    });
    let id = storage.enqueue(1).await.unwrap();
    bench.reaches(&id, JobState::Done).await;
    stops.stop().await;
    let operator = bench.operator();
    let last_seen = async || {
        let workers = operator.list_workers(Some("other")).await.unwrap();
        workers.first().map(|worker| worker.last_seen)
    };
    // The heartbeat after the next one was begun after the stop.
    for _ in 0..2 {
        let before = last_seen().await;
        eventually("the other worker sends a heartbeat", async || {
            let seen = last_seen().await;
            if seen > before {
                Ok(())
            } else {
                Err(format!("{seen:?}"))
            }
        })
        .await;
    }
    let listed = operator.list_workers(Some("test")).await.unwrap();
    assert!(listed.is_empty(), "{listed:?}");
    stays.stop().await;
    assert_eq!(kept.lock().unwrap().len(), 1);
}
