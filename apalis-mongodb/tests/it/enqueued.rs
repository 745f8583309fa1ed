//! Enqueuing tells a new job from one that was already there.

use std::time::Duration;

use apalis_core::backend::TaskSink as _;
use apalis_core::task::builder::TaskBuilder;
use apalis_mongodb::{Enqueued, Error, JobState, MongoStorage, NewJob};
use futures_util::future::join_all;
use mongodb::bson::oid::ObjectId;
use mongodb::bson::{Document, doc};
use mongodb::error::TRANSIENT_TRANSACTION_ERROR;

use crate::harness::Bench;
use crate::worker;
use dossier_devstack::testing::Proxy;

fn keyed(key: &str) -> NewJob<u32> {
    NewJob::new(1).idempotency_key(key)
}

fn which_are_new(jobs: &[Enqueued]) -> Vec<bool> {
    jobs.iter().map(Enqueued::is_new).collect()
}

/// Enqueues `jobs` in a transaction, which is tried again when it met another one.
async fn in_transaction(storage: &MongoStorage<u32>, jobs: &[NewJob<u32>]) -> Vec<Enqueued> {
    let client = storage.database().client();
    let mut session = client.start_session().await.unwrap();
    loop {
        session.start_transaction().await.unwrap();
        let mut sink = storage.with_session(&mut session);
        match sink.push_all(jobs.iter().cloned()).await {
            Ok(enqueued) => {
                session.commit_transaction().await.unwrap();
                return enqueued;
            }
            Err(Error::Database { source, .. })
                if source.contains_label(TRANSIENT_TRANSACTION_ERROR) =>
            {
                session.abort_transaction().await.unwrap();
            }
            Err(error) => panic!("{error}"),
        }
    }
}

#[tokio::test]
async fn a_job_with_an_idempotency_key_is_new_once_even_if_the_first_one_is_done() {
    let bench = Bench::new().await;
    let storage = bench.storage::<u32>();
    let first = storage.enqueue(keyed("k")).await.unwrap();
    assert!(first.is_new());
    let running = worker!(storage.clone(), 1, async |_: u32| {});
    bench.reaches(&first, JobState::Done).await;
    running.stop().await;
    let id = first.clone().into_id();
    for again in [
        storage.enqueue(keyed("k")).await.unwrap(),
        storage.enqueue(keyed("k").id("another")).await.unwrap(),
        // With the same id as well.
        storage
            .enqueue(keyed("k").id(id.to_string()))
            .await
            .unwrap(),
        storage.enqueue_many([keyed("k")]).await.unwrap().remove(0),
        in_transaction(&storage, &[keyed("k")]).await.remove(0),
    ] {
        assert_eq!((again.id(), again.is_new()), (&id, false));
        assert_ne!(again, first);
        assert_eq!(again.to_string(), id.to_string());
    }
}

#[tokio::test]
async fn of_concurrent_jobs_with_one_key_exactly_one_is_new() {
    let bench = Bench::new().await;
    let clones = bench.storage::<u32>();
    clones.enqueue(1).await.unwrap();
    for round in 0..5 {
        // Those of one storage go with one command, those of the others each with its own.
        let storages = (0..20).map(|number| match number {
            0..10 => clones.clone(),
            _ => bench.storage(),
        });
        let enqueuing = storages.map(|storage| async move {
            let job = keyed(&format!("key {round}"));
            storage.enqueue(job).await.unwrap()
        });
        let jobs = join_all(enqueuing).await;
        let new = jobs.iter().filter(|job| job.is_new());
        assert_eq!(new.count(), 1, "{jobs:?}");
        assert!(jobs.iter().all(|job| job.id() == jobs[0].id()));
    }
}

#[tokio::test]
async fn of_concurrent_transactions_with_one_key_exactly_one_enqueues_a_new_job() {
    let bench = Bench::new().await;
    let storage = bench.storage::<u32>();
    let jobs = [keyed("k"), NewJob::new(2), keyed("k")];
    let committing = (0..8).map(|_| in_transaction(&storage, &jobs));
    let committed = join_all(committing).await;
    let ids = committed.iter().map(|jobs| jobs[0].id());
    assert!(ids.clone().all(|id| id == committed[0][0].id()));
    let mut new: Vec<_> = committed.iter().map(|jobs| which_are_new(jobs)).collect();
    new.sort();
    assert_eq!(new.pop().unwrap(), [true, true, false]);
    assert!(new.iter().all(|new| new == &[false, true, false]));
    bench.counts(JobState::Ready, 9).await;
}

#[tokio::test]
async fn a_job_of_a_transaction_that_was_aborted_is_new_to_the_next_one() {
    let bench = Bench::new().await;
    let storage = bench.storage::<u32>();
    let mut session = bench.db().client().start_session().await.unwrap();
    session.start_transaction().await.unwrap();
    let mut sink = storage.with_session(&mut session);
    assert!(sink.push(keyed("k")).await.unwrap().is_new());
    assert!(!sink.push(keyed("k")).await.unwrap().is_new());
    session.abort_transaction().await.unwrap();
    assert!(in_transaction(&storage, &[keyed("k")]).await[0].is_new());
}

#[tokio::test]
async fn a_job_with_both_keys_is_new_only_if_both_are_free() {
    let bench = Bench::new().await;
    let storage = bench.storage::<u32>();
    let both = |idempotency: &str, unique: &str| keyed(idempotency).unique_key(unique);
    let first = storage.enqueue(both("i", "u")).await.unwrap();
    assert!(first.is_new());
    let taken = [both("i", "other"), both("other", "u"), both("i", "u")];
    let mut again = storage.enqueue_many(taken.clone()).await.unwrap();
    again.extend(in_transaction(&storage, &taken).await);
    for job in taken {
        again.push(storage.enqueue(job).await.unwrap());
    }
    for again in again {
        assert_eq!((again.id(), again.is_new()), (first.id(), false));
    }
    assert!(storage.enqueue(both("i2", "u2")).await.unwrap().is_new());
    let free = both("i3", "u3");
    assert!(in_transaction(&storage, &[free]).await[0].is_new());
    bench.counts(JobState::Ready, 3).await;
}

#[tokio::test]
async fn a_job_is_new_although_the_reply_to_its_write_was_lost() {
    let bench = Bench::new().await;
    let proxy = Proxy::before(bench.uri()).await.unwrap();
    let db = proxy.database(bench.db()).await.unwrap();
    let storage = MongoStorage::<u32>::new(&db, bench.config.clone());
    let held = storage.enqueue(keyed("held")).await.unwrap();
    let jobs = |name: &str| {
        [
            keyed(name),
            keyed(name),
            NewJob::new(1),
            keyed("held"),
            NewJob::new(1).id(name),
        ]
    };
    let expected = [true, false, true, false, true];

    proxy.lose_reply_to(b"alone");
    let alone = storage.enqueue(keyed("alone").id("chosen")).await.unwrap();
    assert!(proxy.has_lost_reply() && alone.is_new());

    proxy.lose_reply_to(b"many");
    let many = storage.enqueue_many(jobs("many")).await.unwrap();
    assert!(proxy.has_lost_reply());
    assert_eq!(which_are_new(&many), expected);

    proxy.lose_reply_to(b"together");
    let together = jobs("together").map(|job| storage.enqueue(job));
    let together: Result<Vec<_>, _> = join_all(together).await.into_iter().collect();
    let together = together.unwrap();
    assert!(proxy.has_lost_reply());
    // Callers of the same moment have no order.
    let mut new = which_are_new(&together);
    new[..2].sort_by(|a, b| b.cmp(a));
    assert_eq!(new, expected);

    for enqueued in [many, together] {
        assert_eq!(enqueued[0].id(), enqueued[1].id());
        assert_eq!(enqueued[3].id(), held.id());
    }
    bench.counts(JobState::Ready, 8).await;
}

#[tokio::test]
async fn jobs_are_new_although_one_of_the_same_moment_is_too_large_and_one_message_cannot_hold_them()
 {
    // Before the first job the clock is read and the indexes are looked for, which need not be done
    // again for so long a lease: the others come at once.
    let lease = Duration::from_secs(3600);
    let bench = Bench::with(|config| config.lease_duration(lease)).await;
    let storage = bench.storage::<String>();
    let first = NewJob::new(String::new()).idempotency_key("first");
    storage.enqueue(first).await.unwrap();
    let mebibytes = |count: usize| "x".repeat(count * 1024 * 1024);
    let jobs = (0..8).map(|number| match number {
        5 => NewJob::new(mebibytes(17)),
        6 => NewJob::new(String::new()).idempotency_key("key 0"),
        _ => NewJob::new(mebibytes(10)).idempotency_key(format!("key {number}")),
    });
    let outcomes = join_all(jobs.map(|job| storage.enqueue(job))).await;
    let new = |outcome: &Result<Enqueued, Error>| outcome.as_ref().ok().map(Enqueued::is_new);
    let new: Vec<_> = outcomes.iter().map(new).collect();
    let [yes, no] = [Some(true), Some(false)];
    assert_eq!(new, [yes, yes, yes, yes, yes, None, no, yes]);
    bench.counts(JobState::Ready, 7).await;
}

#[tokio::test]
async fn a_key_that_a_foreign_document_holds_yields_the_id_by_which_that_is_found() {
    let bench = Bench::new().await;
    let storage = bench.storage::<u32>();
    let foreign = doc! { "_id": ObjectId::new(), "queue": "test", "idempotency_key": "k" };
    let jobs = bench.db().collection::<Document>("apalis_jobs");
    jobs.insert_one(foreign).await.unwrap();
    for found in [
        storage.enqueue(keyed("k")).await.unwrap(),
        in_transaction(&storage, &[keyed("k")]).await.remove(0),
    ] {
        assert!(!found.is_new());
        assert_eq!(bench.job(&found).await.state, JobState::Malformed);
    }
}

#[tokio::test]
async fn the_counter_of_enqueued_jobs_counts_new_ones() {
    let recorder = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder();
    // The whole test runs on this thread.
    let _recording = metrics::set_default_local_recorder(&recorder);
    let bench = Bench::new().await;
    let mut storage = bench.storage::<u32>();
    let counted = || {
        let exposition = recorder.handle().render();
        let counter = "apalis_mongodb_enqueued_total{queue=\"test\"} ";
        let mut lines = exposition.lines();
        let count = lines.find_map(|line| line.strip_prefix(counter));
        count.unwrap_or("none").to_owned()
    };
    storage.enqueue(keyed("a")).await.unwrap();
    storage.enqueue(keyed("a")).await.unwrap();
    assert_eq!(counted(), "1");
    let jobs = ["a", "b", "b", "c"].map(keyed);
    storage.enqueue_many(jobs).await.unwrap();
    assert_eq!(counted(), "3");
    for key in ["c", "d"] {
        let task = TaskBuilder::new(1).idempotency_key(key).build();
        storage.push_task(task).await.unwrap();
    }
    assert_eq!(counted(), "4");
    bench.counts(JobState::Ready, 4).await;
}

#[tokio::test]
async fn many_jobs_of_one_transaction_are_new_unless_their_keys_are_held_and_take_few_commands() {
    let bench = Bench::new().await;
    let storage = bench.storage::<u32>();
    let unique = |n: usize| NewJob::new(1).unique_key(format!("key {n}"));
    let held = storage.enqueue(unique(7)).await.unwrap();
    let profile = async |level: i32| {
        let profiling = bench.db().run_command(doc! { "profile": level });
        profiling.await.unwrap();
    };
    profile(2).await;
    let jobs: Vec<_> = (0..1500).chain([3]).map(unique).collect();
    let enqueued = in_transaction(&storage, &jobs).await;
    profile(0).await;
    assert_eq!(enqueued.len(), 1501);
    for (number, job) in enqueued.iter().enumerate() {
        assert_eq!(job.is_new(), ![7, 1500].contains(&number), "{number}");
    }
    assert_eq!(enqueued[7].id(), held.id());
    assert_eq!(enqueued[1500].id(), enqueued[3].id());
    bench.counts(JobState::Ready, 1500).await;
    let jobs = format!("{}.apalis_jobs", bench.db().name());
    let profiled = bench.db().collection::<Document>("system.profile");
    let commands = profiled.count_documents(doc! { "ns": &jobs });
    let commands = commands.await.unwrap();
    assert!((1..100).contains(&commands), "{commands}");
    let whole = doc! { "ns": jobs, "planSummary": "COLLSCAN" };
    let whole = profiled.count_documents(whole).await.unwrap();
    assert_eq!(whole, 0, "keys are looked up in their index");
}
