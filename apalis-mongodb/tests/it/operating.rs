//! What operators ask and do.

use std::time::Duration;

use apalis_core::error::{AbortError, BoxDynError};
use apalis_mongodb::operator::{BulkOptions, RetryOptions, Selection};
use apalis_mongodb::{JobFilter, JobHandle, JobState, NewJob};
use dossier_devstack::testing::Stopwatch;
use mongodb::bson::{Document, doc};

use crate::harness::{Bench, Notes, eventually};
use crate::worker;

#[tokio::test]
async fn a_dead_job_that_is_retried_twice_at_once_runs_once_and_keeps_its_history() {
    let bench = Bench::new().await;
    let operator = bench.operator();
    let notes = Notes::default();
    let seen = notes.clone();
    let running = worker!(bench.storage::<u32>(), 2, move |_: u32, job: JobHandle| {
        let notes = seen.clone();
        async move {
            notes.add(format!("{} {}", job.attempt(), job.is_revived()));
            if notes.all().len() == 1 {
                return Err(BoxDynError::from(AbortError::new("mailbox full 552")));
            }
            Ok(())
        }
    });
    let id = bench.storage::<u32>().enqueue(1).await.unwrap();
    bench.reaches(&id, JobState::Dead).await;
    let selection = Selection::id(id.to_string());
    let retry = || operator.retry_jobs(&selection, RetryOptions::default());
    let (one, two) = tokio::join!(retry(), retry());
    assert_eq!(one.unwrap().changed + two.unwrap().changed, 1);
    let job = bench.reaches(&id, JobState::Done).await;
    assert_eq!(job.history.len(), 2);
    assert_eq!(job.history[0].error.as_deref(), Some("mailbox full 552"));
    running.stop().await;
    assert_eq!(notes.all(), ["1 false", "1 true"]);
}

#[tokio::test]
async fn bulk_operations_count_first_and_change_only_what_the_filter_means() {
    let bench = Bench::new().await;
    let operator = bench.operator();
    let storage = bench.storage::<u32>();
    storage
        .enqueue_many((0..1200).map(NewJob::new))
        .await
        .unwrap();
    let later = NewJob::new(1).run_in(Duration::from_secs(60));
    storage.enqueue(later).await.unwrap();
    let ready = Selection::from(JobFilter::queue("test").state(JobState::Ready));
    let dry = BulkOptions {
        dry_run: true,
        max_jobs: None,
    };
    let counted = operator.cancel_jobs(&ready, dry).await.unwrap();
    assert_eq!((counted.matched, counted.changed), (1200, 0));
    let some = BulkOptions {
        dry_run: false,
        max_jobs: Some(700),
    };
    let cancelled = operator.cancel_jobs(&ready, some).await.unwrap();
    assert_eq!(cancelled.changed, 700);
    bench.counts(JobState::Cancelled, 700).await;
    bench.counts(JobState::Scheduled, 1).await;
    let gone = Selection::from(JobFilter::queue("test").state(JobState::Cancelled));
    let all = BulkOptions::default();
    let deleted = operator.delete_jobs(&gone, all).await.unwrap();
    assert_eq!(deleted.changed, 700);
    bench.counts(JobState::Cancelled, 0).await;
    bench.counts(JobState::Ready, 500).await;
}

#[tokio::test]
async fn a_list_is_read_page_by_page_newest_first() {
    let bench = Bench::new().await;
    let storage = bench.storage::<u32>();
    let mut ids = Vec::new();
    for number in 0..5 {
        ids.push(storage.enqueue(number).await.unwrap().to_string());
    }
    ids.reverse();
    let filter = JobFilter::queue("test");
    let (mut seen, mut cursor) = (Vec::new(), None);
    loop {
        let page = bench
            .operator()
            .list_jobs(&filter, cursor.as_deref(), 2)
            .await
            .unwrap();
        seen.extend(page.items.into_iter().map(|job| job.id));
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, ids);
}

#[tokio::test]
async fn dead_jobs_are_found_by_their_error_and_grouped_by_it() {
    let bench = Bench::new().await;
    let running = worker!(bench.storage::<u32>(), 2, async |number: u32| {
        let text = if number < 3 {
            format!("host {number} (a.b*c) is down")
        } else {
            "other".into()
        };
        Err::<(), _>(AbortError::new(text))
    });
    bench
        .storage::<u32>()
        .enqueue_many((0..4).map(NewJob::new))
        .await
        .unwrap();
    bench.counts(JobState::Dead, 4).await;
    running.stop().await;
    let filter = JobFilter {
        error_contains: Some("(A.B*C) is".into()),
        ..JobFilter::queue("test")
    };
    let operator = bench.operator();
    let page = operator.list_jobs(&filter, None, 10).await.unwrap();
    assert_eq!(page.items.len(), 3);
    let cohorts = operator.failure_cohorts(None).await.unwrap();
    let summary: Vec<_> = cohorts
        .iter()
        .map(|c| (c.error.as_str(), c.count))
        .collect();
    assert_eq!(summary, [("host # (a.b*c) is down", 3), ("other", 1)]);
}

#[tokio::test]
async fn a_paused_queue_is_left_alone_until_it_is_resumed() {
    let bench = Bench::new().await;
    let operator = bench.operator();
    let notes = Notes::default();
    let seen = notes.clone();
    let running = worker!(bench.storage::<u32>(), 1, move |number: u32| {
        let notes = seen.clone();
        async move { notes.add(number.to_string()) }
    });
    bench.storage::<u32>().enqueue(1).await.unwrap();
    notes.reach(1).await;
    operator.pause_queue("test").await.unwrap();
    let paused = operator.list_queues().await.unwrap().remove(0);
    assert!(paused.paused && paused.paused_at.is_some());
    operator.pause_queue("test").await.unwrap();
    let again = operator.list_queues().await.unwrap().remove(0);
    assert_eq!(again.paused_at, paused.paused_at);
    // "Everywhere within two seconds".
    tokio::time::sleep(Duration::from_secs(2)).await;
    let id = bench.storage::<u32>().enqueue(2).await.unwrap();
    tokio::time::sleep(Duration::from_millis(700)).await;
    assert_eq!(bench.job(&id).await.state, JobState::Ready);
    let resumed = Stopwatch::start();
    operator.resume_queue("test").await.unwrap();
    notes.reach(2).await;
    // Without the change stream it would take ten seconds.
    assert!(resumed.ran() < Duration::from_secs(5));
    running.stop().await;
}

#[tokio::test]
async fn the_age_of_the_oldest_ready_job_ignores_those_that_are_not_due() {
    let bench = Bench::new().await;
    let operator = bench.operator();
    assert_eq!(operator.oldest_ready_age("test").await.unwrap(), None);
    let storage = bench.storage::<u32>();
    storage
        .enqueue(NewJob::new(1).run_in(Duration::from_secs(60)))
        .await
        .unwrap();
    assert_eq!(operator.oldest_ready_age("test").await.unwrap(), None);
    let past = mongodb::bson::DateTime::from_millis(
        mongodb::bson::DateTime::now().timestamp_millis() - 90_000,
    );
    storage.enqueue(NewJob::new(1).run_at(past)).await.unwrap();
    let age = operator.oldest_ready_age("test").await.unwrap().unwrap();
    assert!((90..100).contains(&age.as_secs()), "{age:?}");
}

#[tokio::test]
async fn counts_of_a_moment_ago_are_not_counted_again() {
    let bench = Bench::new().await;
    let storage = bench.storage::<u32>();
    let operator = bench.operator();
    let recent = async |max_age: Duration| operator.recent_counts("test", max_age).await.unwrap();
    let long = Duration::from_secs(3600);
    storage.enqueue(1).await.unwrap();
    assert_eq!(recent(long).await.ready, 1);
    storage.enqueue(2).await.unwrap();
    assert_eq!(
        recent(long).await.ready,
        1,
        "what is stored is young enough"
    );
    eventually(
        "counts that are too old are counted again",
        async || match recent(Duration::ZERO).await.ready {
            2 => Ok(()),
            other => Err(other),
        },
    )
    .await;
}

#[tokio::test]
async fn a_retried_job_has_its_unique_key_again_unless_another_took_it() {
    let bench = Bench::new().await;
    let operator = bench.operator();
    let storage = bench.storage::<u32>();
    let keyed = |number| NewJob::new(number).unique_key("order-17");
    let first = storage.enqueue(keyed(1)).await.unwrap();
    let only_first = Selection::id(first.to_string());
    let cancel = async || {
        let options = BulkOptions::default();
        operator.cancel_jobs(&only_first, options).await.unwrap()
    };
    let retry = async || {
        let options = RetryOptions::default();
        operator.retry_jobs(&only_first, options).await.unwrap()
    };
    cancel().await;
    assert_eq!(retry().await.changed, 1);
    let again = storage.enqueue(keyed(2)).await.unwrap();
    assert_eq!((again.id(), again.is_new()), (first.id(), false));
    cancel().await;
    let second = storage.enqueue(keyed(3)).await.unwrap();
    assert_ne!(second.id(), first.id());
    assert!(second.is_new());
    let report = retry().await;
    assert_eq!((report.changed, report.conflicts), (0, 1));
    assert_eq!(bench.job(&first).await.state, JobState::Cancelled);
}

#[tokio::test]
async fn recent_counts_are_recent_after_the_servers_clock_was_set_back() {
    let bench = Bench::new().await;
    let (operator, storage) = (bench.operator(), bench.storage::<u32>());
    let hour = Duration::from_secs(3600);
    operator.recent_counts("test", hour).await.unwrap();
    let queues = bench.db().collection::<Document>("apalis_queues");
    // What the clock said before it was set back.
    let ahead = doc! { "$add": ["$$NOW", 3_600_000_i64] };
    let ahead = doc! { "$set": { "counts.ready.at": &ahead, "counting_until": ahead } };
    let queue = doc! { "_id": "test" };
    queues.update_one(queue, vec![ahead]).await.unwrap();
    let jobs = (0..5).map(NewJob::new);
    storage.enqueue_many(jobs).await.unwrap();
    let counts = operator.recent_counts("test", hour).await.unwrap();
    assert_eq!(counts.ready, 5);
}
