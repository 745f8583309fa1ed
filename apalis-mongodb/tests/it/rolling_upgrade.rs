//! While a deployment goes on, workers of two versions share a queue.

use std::time::Duration;

use apalis_core::error::BoxDynError;
use apalis_mongodb::{JobHandle, JobRecord, JobState, NewJob, Outcome, RetryStrategy, operator};
use mongodb::bson::{DateTime, Document, doc};
use mongodb::{Collection, bson};

use crate::harness::{Bench, Notes};
use crate::worker;

fn jobs(bench: &Bench) -> Collection<Document> {
    bench.db().collection(&bench.config.collections.jobs)
}

/// An attempt whose outcome no version has yet.
fn preempted() -> Document {
    doc! {
        "attempt": 1, "worker": "newer@1", "started_at": DateTime::now(),
        "finished_at": DateTime::now(), "outcome": "preempted", "by": { "whom": 1 },
    }
}

fn outcomes(job: &JobRecord) -> Vec<&str> {
    job.history.iter().map(|a| a.outcome.as_str()).collect()
}

#[tokio::test]
async fn a_job_with_an_outcome_and_a_back_off_of_a_newer_version_runs_and_is_shown() {
    let bench = Bench::new().await;
    let storage = bench.storage::<u32>();
    let later = NewJob::new(1).run_in(Duration::from_secs(3600));
    let id = storage.enqueue(later).await.unwrap();
    let newer = doc! { "$set": {
        "history": [preempted()], "attempts": 1, "run_at": DateTime::now(),
        "retry": { "fibonacci": { "base": 5 } }, "added": "later",
    } };
    let filter = doc! { "_id": id.to_string() };
    jobs(&bench).update_one(filter, newer).await.unwrap();
    let running = worker!(storage, 1, async |_: u32, job: JobHandle| {
        if job.attempt() == 2 {
            return Err(BoxDynError::from("no luck"));
        }
        Ok(())
    });
    let job = bench.reaches(&id, JobState::Done).await;
    assert_eq!(outcomes(&job), ["preempted", "failed", "done"]);
    let shown = serde_json::to_value(&job).unwrap();
    assert_eq!(shown["history"][0]["outcome"], "preempted");
    running.stop().await;
}

#[tokio::test]
async fn a_job_in_a_state_of_a_newer_version_is_left_alone_and_its_neighbours_run() {
    let bench = Bench::new().await;
    let storage = bench.storage::<u32>();
    let ids = storage.enqueue_many([1, 2].map(NewJob::new)).await.unwrap();
    let filter = doc! { "_id": ids[0].to_string() };
    let park = doc! { "$set": { "status": "Parked", "lease_until": DateTime::from_millis(0) } };
    jobs(&bench).update_one(filter.clone(), park).await.unwrap();
    let before = jobs(&bench).find_one(filter.clone()).await.unwrap();
    let running = worker!(storage.clone(), 1, async |_: u32| {});
    bench.reaches(&ids[1], JobState::Done).await;
    let operator = bench.operator();
    let counts = operator.count_by_state(None);
    assert_eq!(counts.await.unwrap()["test"].done, 1);
    running.stop().await;
    assert_eq!(jobs(&bench).find_one(filter).await.unwrap(), before);
}

#[tokio::test]
async fn a_payload_that_an_older_worker_cannot_decode_waits_for_a_newer_one() {
    let retry = RetryStrategy::Fixed(Duration::from_millis(300));
    let bench = Bench::with(|config| config.retry(retry)).await;
    let older = worker!(bench.storage::<u32>(), 1, async |_: u32| {});
    let new_payload = bench.storage::<String>().enqueue("new".to_owned()).await;
    let id = new_payload.unwrap();
    let job = bench.reaches(&id, JobState::Scheduled).await;
    assert_eq!(outcomes(&job)[0], "undecodable");
    let error = job.last_error.unwrap();
    assert!(error.starts_with("payload cannot be decoded: "), "{error}");
    // The neighbour is none the worse for it.
    let old_payload = bench.storage::<u32>().enqueue(1).await.unwrap();
    bench.reaches(&old_payload, JobState::Done).await;
    older.stop().await;
    let newer = worker!(bench.storage::<String>(), 1, async |_: String| {});
    let job = bench.reaches(&id, JobState::Done).await;
    let gap = job.history[1].started_at.timestamp_millis()
        - job.history[0].finished_at.timestamp_millis();
    assert!(gap >= 290, "the second attempt came after {gap} ms");
    newer.stop().await;
}

#[tokio::test]
async fn a_payload_that_nobody_can_decode_is_dead_after_so_many_attempts_as_configured() {
    for attempts in [1, 3] {
        let bench = Bench::with(|config| config.decode_attempts(attempts)).await;
        let running = worker!(bench.storage::<u32>(), 1, async |_: u32| {});
        let storage = bench.storage::<String>();
        let id = storage.enqueue("no number".to_owned()).await.unwrap();
        let job = bench.reaches(&id, JobState::Dead).await;
        assert_eq!(job.attempts, attempts);
        assert!(
            job.history
                .iter()
                .all(|a| a.outcome == Outcome::Undecodable)
        );
        // An operator's retry begins anew.
        let selection = operator::Selection::id(id.to_string());
        let options = operator::RetryOptions::default();
        let report = bench.operator().retry_jobs(&selection, options).await;
        assert_eq!(report.unwrap().changed, 1);
        let job = bench.reaches(&id, JobState::Dead).await;
        assert_eq!(job.attempts, attempts);
        running.stop().await;
    }
}

#[tokio::test]
async fn attempts_at_decoding_are_counted_apart_from_other_failures() {
    let bench = Bench::with(|config| config.decode_attempts(2)).await;
    let storage = bench.storage::<String>();
    let id = storage.enqueue("new".to_owned()).await.unwrap();
    let notes = Notes::default();
    let noted = notes.clone();
    let newer = worker!(storage.clone(), 1, move |_: String| {
        noted.add("tried");
        async { Err::<(), BoxDynError>("no luck".into()) }
    });
    notes.reach(3).await;
    newer.stop().await;
    let tried = bench.job(&id).await.attempts;
    let older = worker!(bench.storage::<u32>(), 1, async |_: u32| {});
    let job = bench.reaches(&id, JobState::Dead).await;
    assert_eq!(job.attempts, tried + 2);
    older.stop().await;
}

#[tokio::test]
async fn a_job_without_attempts_left_is_not_decoded_once_more() {
    let bench = Bench::new().await;
    let job = NewJob::new("no number".to_owned()).max_attempts(2);
    let id = bench.storage::<String>().enqueue(job).await.unwrap();
    let running = worker!(bench.storage::<u32>(), 1, async |_: u32| {});
    let job = bench.reaches(&id, JobState::Dead).await;
    assert_eq!(
        (job.attempts, job.payload),
        (2, bson::Bson::String("no number".into()))
    );
    running.stop().await;
}
