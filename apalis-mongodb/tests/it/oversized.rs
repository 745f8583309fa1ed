//! Jobs whose payloads leave hardly any room in their documents.

use std::fmt::Display;
use std::time::Duration;

use apalis_core::error::BoxDynError;
use apalis_mongodb::{Enqueued, JobRecord, JobState, NewJob, QueueLimits};
use mongodb::Collection;
use mongodb::bson::oid::ObjectId;
use mongodb::bson::{DateTime, Document, RawDocumentBuf, doc};

use crate::harness::{Bench, eventually};
use crate::worker;

/// The largest document that MongoDB stores.
const MAX_BYTES: usize = 16 * 1024 * 1024;
/// What a claim by the tests' workers adds to a document: worker, token, and two times.
const CLAIM_BYTES: usize = 109;

const LATER: Duration = Duration::from_secs(3600);

fn jobs(bench: &Bench) -> Collection<Document> {
    bench.db().collection(&bench.config.collections().jobs)
}

fn job(payload: String) -> NewJob<String> {
    NewJob::new(payload).priority(1).unique_key("k")
}

/// A payload whose job has room for `left` more bytes in its document.
async fn payload(bench: &Bench, left: usize) -> String {
    let empty = job(String::new()).run_in(LATER);
    let id = bench.storage::<String>().enqueue(empty).await.unwrap();
    let filter = doc! { "_id": id.to_string() };
    let documents: Collection<RawDocumentBuf> = jobs(bench).clone_with_type();
    let found = documents.find_one(filter.clone()).await.unwrap();
    jobs(bench).delete_one(filter).await.unwrap();
    "x".repeat(MAX_BYTES - found.unwrap().as_bytes().len() - left)
}

async fn enqueue(bench: &Bench, job: NewJob<String>) -> Enqueued {
    bench.storage::<String>().enqueue(job).await.unwrap()
}

/// Waits for the end of a job, without its payload in the way of what is said if there is none.
async fn ends(bench: &Bench, id: &impl Display) -> JobRecord {
    eventually("a large job ends", async || {
        let job = bench.job(id).await;
        if job.state.is_final() {
            Ok(job)
        } else {
            Err(format!("{} after {} attempts", job.state, job.attempts))
        }
    })
    .await
}

async fn handler(_: String) -> Result<(), BoxDynError> {
    Ok(())
}

#[tokio::test]
async fn a_job_that_does_not_fit_once_it_is_claimed_is_dead_and_holds_up_no_other() {
    for max_running in [None, Some(2)] {
        let bench = Bench::new().await;
        let limits = QueueLimits {
            max_running,
            ..QueueLimits::default()
        };
        let limited = bench.operator().set_queue_limits("test", limits).await;
        limited.unwrap();
        let fits = payload(&bench, CLAIM_BYTES).await;
        let mut large = Vec::new();
        for left in [0, 60, CLAIM_BYTES - 1] {
            let payload = fits.clone() + &"x".repeat(CLAIM_BYTES - left);
            let key = char::from_digit(large.len() as u32, 10).unwrap();
            large.push(enqueue(&bench, job(payload).unique_key(key)).await);
        }
        let small = (0..3).map(|n| NewJob::new(n.to_string()));
        let small = bench.storage::<String>().enqueue_many(small).await.unwrap();
        let running = worker!(bench.storage::<String>(), 4, handler);
        for id in &small {
            bench.reaches(id, JobState::Done).await;
        }
        for (n, id) in large.iter().enumerate() {
            let job = ends(&bench, id).await;
            assert_eq!(job.state, JobState::Dead);
            let reason = job.last_error.unwrap_or_default();
            // Nothing fits into the first one, and a few letters into the second.
            let said = ["", "16 MB", "a claim does not fit"][n];
            assert!(reason.contains(said), "{reason}");
            assert_eq!((job.attempts, job.crashes), (0, 0));
            assert!(job.finished_at.is_some());
            // Its key is free again.
            let next = NewJob::new(String::new()).unique_key(n.to_string());
            assert!(enqueue(&bench, next).await.is_new());
        }
        running.stop().await;
    }
}

#[tokio::test]
async fn a_job_that_just_fits_its_claim_ends_whether_there_is_room_for_its_outcome_or_not() {
    let bench = Bench::new().await;
    let running = worker!(bench.storage::<String>(), 1, handler);
    let fits = payload(&bench, CLAIM_BYTES).await;
    for spare in [0, 5, 30, 100, 400] {
        let payload = fits[spare..].to_owned();
        let id = enqueue(&bench, job(payload)).await;
        let job = ends(&bench, &id).await;
        assert_eq!((job.attempts, job.crashes), (1, 0), "{spare}");
        // Nothing but the state and a few words fit beside the first ones.
        let expected = [JobState::Dead, JobState::Done];
        assert_eq!(job.state, expected[usize::from(spare >= 400)], "{spare}");
    }
    running.stop().await;
}

#[tokio::test]
async fn a_job_without_room_for_a_crash_is_dead_and_holds_up_no_other_rescue() {
    let bench = Bench::new().await;
    let fits = payload(&bench, CLAIM_BYTES).await;
    let large = enqueue(&bench, job(fits).run_in(LATER)).await;
    let small = enqueue(&bench, NewJob::new(String::new()).run_in(LATER)).await;
    // Their worker died; the large one's lease expired first.
    for (id, expired) in [(&large, 1000), (&small, 2000)] {
        let worker = format!("worker@{}", ObjectId::new().to_hex());
        let claimed = doc! { "$set": {
            "status": "Running", "worker": worker, "lock_token": ObjectId::new(),
            "started_at": DateTime::from_millis(0), "lease_until": DateTime::from_millis(expired),
            "attempts": 1,
        } };
        let filter = doc! { "_id": id.to_string() };
        let claimed = jobs(&bench).update_one(filter, claimed).await.unwrap();
        assert_eq!(claimed.modified_count, 1);
    }
    let running = worker!(bench.storage::<String>(), 1, handler);
    bench.reaches(&small, JobState::Done).await;
    let job = ends(&bench, &large).await;
    assert_eq!(job.state, JobState::Dead);
    assert!(job.last_error.unwrap().contains("no room"));
    running.stop().await;
}
