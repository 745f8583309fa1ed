//! Connections break, and a worker goes on.

use std::time::Duration;

use apalis_mongodb::{JobHandle, JobState, MongoStorage, NewJob};
use dossier_devstack::testing::{Proxy, Stopwatch};

use crate::harness::{Apart, Bench, Notes, eventually};
use crate::worker;

/// In BSON, what no other command has: an attempt more.
const CLAIM: &[u8] = b"\x10attempts\0\x01\0\0\0";

/// A queue, and its storage as a worker sees it through a proxy.
async fn behind_a_proxy(lease: Duration) -> (Bench, Proxy, MongoStorage<u32>) {
    let bench = Bench::with(|config| config.lease_duration(lease)).await;
    let proxy = Proxy::before(bench.uri()).await.unwrap();
    let db = proxy.database(bench.db()).await.unwrap();
    let storage = MongoStorage::new(&db, bench.config.clone());
    (bench, proxy, storage)
}

#[tokio::test]
async fn a_claim_whose_reply_is_lost_costs_its_jobs_neither_the_lease_nor_a_crash() {
    let lease = Duration::from_secs(3600);
    let (bench, proxy, storage) = behind_a_proxy(lease).await;
    let running = worker!(storage, 4, async |_: u32| {});
    let first = bench.storage::<u32>().enqueue(0).await.unwrap();
    bench.reaches(&first, JobState::Done).await;
    proxy.lose_reply_to(CLAIM);
    let ids = bench
        .storage::<u32>()
        .enqueue_many((1..=5).map(NewJob::new))
        .await
        .unwrap();
    for id in &ids {
        let job = bench.reaches(id, JobState::Done).await;
        assert_eq!((job.attempts, job.crashes), (1, 0));
    }
    assert!(proxy.has_lost_reply(), "the test lost nothing");
    running.stop().await;
}

#[tokio::test]
async fn a_worker_goes_on_within_two_leases_after_its_connections_died_without_a_word() {
    let lease = Duration::from_secs(6);
    let (bench, proxy, storage) = behind_a_proxy(lease).await;
    let running = worker!(storage, 4, async |_: u32| {});
    for round in 0..3 {
        let jobs = (0..20).map(NewJob::new);
        bench.storage::<u32>().enqueue_many(jobs).await.unwrap();
        bench.counts(JobState::Done, 20 * (2 * round + 1)).await;
        proxy.black_hole();
        let died = Stopwatch::start();
        let jobs = (0..20).map(NewJob::new);
        bench.storage::<u32>().enqueue_many(jobs).await.unwrap();
        bench.counts(JobState::Done, 20 * (2 * round + 2)).await;
        let silent = died.ran();
        assert!(silent < lease * 2, "nothing was done for {silent:?}");
    }
    assert!(!running.has_ended());
    running.stop().await;
}

#[tokio::test]
async fn jobs_that_run_while_connections_die_keep_their_leases_and_are_settled_once() {
    let lease = Duration::from_secs(6);
    let (bench, proxy, storage) = behind_a_proxy(lease).await;
    let notes = Notes::default();
    let noted = notes.clone();
    let running = worker!(storage, 4, move |_: u32| {
        let notes = noted.clone();
        async move {
            notes.add("ran");
            tokio::time::sleep(Duration::from_secs(8)).await;
        }
    });
    let jobs = (0..4).map(NewJob::new);
    let ids = bench.storage::<u32>().enqueue_many(jobs).await.unwrap();
    notes.reach(4).await;
    proxy.black_hole();
    for id in &ids {
        let job = bench.reaches(id, JobState::Done).await;
        assert_eq!((job.attempts, job.crashes), (1, 0));
    }
    assert_eq!(notes.all().len(), 4);
    running.stop().await;
}

#[tokio::test]
async fn a_handler_that_is_cut_off_learns_that_its_lease_is_lost_before_another_one_starts() {
    let lease = Duration::from_secs(3);
    let (bench, proxy, storage) = behind_a_proxy(lease).await;
    let notes = Notes::default();
    let handler = |name: &'static str, notes: Notes| {
        move |_: u32, job: JobHandle| {
            let notes = notes.clone();
            async move {
                notes.add(format!("{name} starts"));
                if name == "cut off" {
                    job.lost().await;
                    assert!(job.is_lost());
                    notes.add(format!("{name} is told"));
                }
            }
        }
    };
    let cut_off = worker!(storage, 1, handler("cut off", notes.clone()));
    let id = bench.storage::<u32>().enqueue(1).await.unwrap();
    notes.reach(1).await;
    // With heartbeats of its own, as another process has them.
    let apart = Apart::new();
    let other = apart.enter(|| worker!(bench.storage::<u32>(), 1, handler("other", notes.clone())));
    // The lease is renewed for as long as that works.
    let first = bench.job(&id).await.lease_until.unwrap();
    eventually("the lease is renewed twice", async || {
        let until = bench.job(&id).await.lease_until.unwrap();
        if until.timestamp_millis() - first.timestamp_millis() > 3000 {
            Ok(())
        } else {
            Err(until)
        }
    })
    .await;
    assert_eq!(notes.all().len(), 1);
    proxy.cut_off();
    let since = Stopwatch::start();
    notes.reach(2).await;
    let told_after = since.ran();
    // Whether that is before another one starts, the notes say. A busy machine may be late.
    assert!(told_after <= lease + lease / 2, "told after {told_after:?}");
    bench.reaches(&id, JobState::Done).await;
    assert_eq!(
        notes.all(),
        ["cut off starts", "cut off is told", "other starts"]
    );
    cut_off.abort();
    other.stop().await;
}
