//! Limits hold over all workers of a queue.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use apalis_mongodb::{JobState, NewJob, QueueLimits, Rate};
use mongodb::bson::{Bson, DateTime, Document, doc};
use tokio::sync::Notify;

use crate::harness::{Bench, Notes, eventually};
use crate::worker;

async fn limit(bench: &Bench, limits: QueueLimits) {
    bench
        .operator()
        .set_queue_limits("test", limits)
        .await
        .unwrap();
}

#[tokio::test]
async fn no_more_jobs_run_at_once_than_the_queue_allows() {
    let bench = Bench::with(|config| config.max_in_flight(8).batch_size(8)).await;
    let limits = QueueLimits {
        max_running: Some(3),
        ..QueueLimits::default()
    };
    limit(&bench, limits).await;
    bench
        .storage::<u32>()
        .enqueue_many((0..15).map(NewJob::new))
        .await
        .unwrap();
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let handler = || {
        let (now, most) = (Arc::clone(&now), Arc::clone(&most));
        move |_: u32| {
            let (now, most) = (Arc::clone(&now), Arc::clone(&most));
            async move {
                let running = now.fetch_add(1, Ordering::SeqCst) + 1;
                most.fetch_max(running, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(100)).await;
                now.fetch_sub(1, Ordering::SeqCst);
            }
        }
    };
    let first = worker!(bench.storage::<u32>(), 8, handler());
    let second = worker!(bench.storage::<u32>(), 8, handler());
    bench.counts(JobState::Done, 15).await;
    assert!(
        (2..=3).contains(&most.load(Ordering::SeqCst)),
        "{most:?} at once"
    );
    first.stop().await;
    second.stop().await;
}

#[tokio::test]
async fn no_more_jobs_start_in_a_period_than_the_queue_allows() {
    let bench = Bench::new().await;
    let limits = QueueLimits {
        rate: Some(Rate {
            starts: 5,
            per: Duration::from_millis(500),
        }),
        ..QueueLimits::default()
    };
    limit(&bench, limits).await;
    bench
        .storage::<u32>()
        .enqueue_many((0..20).map(NewJob::new))
        .await
        .unwrap();
    let notes = Notes::default();
    let handler = |notes: Notes| {
        move |_: u32| {
            let notes = notes.clone();
            async move { notes.add("ran") }
        }
    };
    let start = Instant::now();
    let first = worker!(bench.storage::<u32>(), 8, handler(notes.clone()));
    let second = worker!(bench.storage::<u32>(), 8, handler(notes.clone()));
    notes.reach(20).await;
    // Five at once, then ten a second.
    let took = start.elapsed();
    assert!(took >= Duration::from_millis(1400), "{took:?}");
    first.stop().await;
    second.stop().await;
}

/// What is left in the bucket of the queue, and how many waiting jobs were given back.
async fn given_back(bench: &Bench) -> (f64, u64) {
    let collections = bench.config.collections();
    let queues = bench.db().collection::<Document>(&collections.queues);
    let queue = queues.find_one(doc! { "_id": "test" }).await.unwrap();
    let queue = queue.unwrap();
    let bucket = queue.get_document("bucket");
    let tokens = bucket.map_or(0.0, |bucket| bucket.get_f64("tokens").unwrap());
    let jobs = bench.db().collection::<Document>(&collections.jobs);
    let waiting = doc! { "status": "Pending", "lock_token": { "$exists": true } };
    (tokens, jobs.count_documents(waiting).await.unwrap())
}

#[tokio::test]
async fn jobs_that_are_given_back_before_they_start_return_their_starts_to_the_rate() {
    const JOBS: u32 = 40;
    const BLOCKED: u32 = 20;
    let bench = Bench::new().await;
    let limits = QueueLimits {
        rate: Some(Rate {
            starts: JOBS,
            per: Duration::from_secs(24 * 3600),
        }),
        ..QueueLimits::default()
    };
    limit(&bench, limits).await;
    let jobs = (1..=JOBS).map(NewJob::new);
    bench.storage::<u32>().enqueue_many(jobs).await.unwrap();
    let (notes, release) = (Notes::default(), Arc::new(Notify::new()));
    let handler = || {
        let (notes, release) = (notes.clone(), Arc::clone(&release));
        move |number: u32| {
            let (notes, release) = (notes.clone(), Arc::clone(&release));
            async move {
                notes.add("ran");
                if number == BLOCKED {
                    release.notified().await;
                }
            }
        }
    };
    let first = worker!(bench.storage::<u32>(), 1, handler());
    // While the worker is held up, it keeps nothing but the job that runs.
    let left = f64::from(JOBS - BLOCKED);
    let waiting = eventually("every start that was not used is returned", async || {
        let (tokens, waiting) = given_back(&bench).await;
        let held = notes.all().len() == BLOCKED as usize;
        if held && tokens >= left {
            Ok(waiting)
        } else {
            Err(format!("{tokens} left, {waiting} given back"))
        }
    })
    .await;
    assert!(waiting > 0);
    // A day's starts are just enough for all.
    let second = worker!(bench.storage::<u32>(), 1, handler());
    bench.counts(JobState::Done, u64::from(JOBS) - 1).await;
    release.notify_one();
    bench.counts(JobState::Done, u64::from(JOBS)).await;
    first.stop().await;
    second.stop().await;
}

#[tokio::test]
async fn a_rate_that_lets_nothing_start_or_has_no_period_is_refused() {
    let bench = Bench::new().await;
    let operator = bench.operator();
    for (starts, per) in [
        (0, Duration::from_secs(1)),
        (5, Duration::ZERO),
        (5, Duration::from_secs(8 * 24 * 3600)),
    ] {
        let limits = QueueLimits {
            rate: Some(Rate { starts, per }),
            ..QueueLimits::default()
        };
        let refused = operator.set_queue_limits("test", limits).await;
        let text = refused.unwrap_err().to_string();
        assert!(text.contains("1 start or more per 1 ms to 1 day"), "{text}");
    }
    assert!(operator.list_queues().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_limit_that_an_earlier_version_stored_holds_and_is_shown_as_a_rate() {
    let bench = Bench::new().await;
    let queues = bench.db().collection::<Document>("apalis_queues");
    let stored = doc! { "rate": 2_i64, "rate_period": 400_i64, "max_running": Bson::Null };
    queues
        .insert_one(doc! { "_id": "test", "limits": stored })
        .await
        .unwrap();
    let limits = bench.operator().list_queues().await.unwrap()[0].limits;
    let rate = Rate {
        starts: 2,
        per: Duration::from_millis(400),
    };
    assert_eq!((limits.rate, limits.max_running), (Some(rate), None));
    let jobs = (0..6).map(NewJob::new);
    bench.storage::<u32>().enqueue_many(jobs).await.unwrap();
    let start = Instant::now();
    let running = worker!(bench.storage::<u32>(), 8, async |_: u32| {});
    bench.counts(JobState::Done, 6).await;
    // Two at once, then one every 200 ms.
    assert!(
        start.elapsed() >= Duration::from_millis(700),
        "{:?}",
        start.elapsed()
    );
    running.stop().await;
    // What this version stores, that one reads.
    bench
        .operator()
        .set_queue_limits("test", limits)
        .await
        .unwrap();
    let again = queues
        .find_one(doc! { "_id": "test" })
        .await
        .unwrap()
        .unwrap();
    let again = again.get_document("limits").unwrap();
    assert_eq!(
        (
            again.get_i64("rate").ok(),
            again.get_i64("rate_period").ok()
        ),
        (Some(2), Some(400))
    );
}

#[tokio::test]
async fn a_bucket_that_is_no_number_or_below_zero_or_too_full_begins_anew() {
    for tokens in [
        Bson::Double(f64::NAN),
        Bson::Double(-1e12),
        Bson::Double(f64::INFINITY),
        Bson::Int64(i64::MAX),
        "many".into(),
    ] {
        let bench = Bench::new().await;
        let limits = QueueLimits {
            rate: Some(Rate {
                starts: 2,
                per: Duration::from_secs(24 * 3600),
            }),
            ..QueueLimits::default()
        };
        limit(&bench, limits).await;
        let queues = bench.db().collection::<Document>("apalis_queues");
        let bucket = doc! { "tokens": tokens, "at": DateTime::now() };
        let odd = doc! { "$set": { "bucket": bucket } };
        let queue = doc! { "_id": "test" };
        queues.update_one(queue, odd).await.unwrap();
        let jobs = (0..3).map(NewJob::new);
        bench.storage::<u32>().enqueue_many(jobs).await.unwrap();
        let running = worker!(bench.storage::<u32>(), 1, async |_: u32| {});
        bench.counts(JobState::Done, 2).await;
        running.stop().await;
        bench.counts(JobState::Ready, 1).await;
    }
}
