//! A verdict that the server will never take costs its own job and no other.

use std::time::Duration;

use apalis_core::error::BoxDynError;
use apalis_mongodb::{JobHandle, JobRecord, JobState, NewJob, Outcome, RetryStrategy};
use serde_json::{Value, json};

use crate::harness::Bench;
use crate::worker;

const MIB: usize = 1024 * 1024;

/// Answers with what `kind` says.
async fn answer(kind: String) -> Result<Value, BoxDynError> {
    Ok(match kind.as_str() {
        "over the limit" => "x".repeat(17 * MIB).into(),
        "almost the limit" => "x".repeat(16 * MIB - 200).into(),
        "NUL in a key" => json!({ "a\0b": 1 }),
        "nested too deep" => nested(250),
        "nested as allowed" => nested(50),
        _ => 1.into(),
    })
}

fn nested(levels: usize) -> Value {
    (0..levels).fold(Value::Null, |inner, _| json!({ "inner": inner }))
}

fn assert_unstorable(job: &JobRecord) {
    let error = job.last_error.as_deref().expect("a reason");
    assert!(error.contains("cannot be stored"), "{error}");
    assert!(error.chars().count() < 400, "{error}");
    assert_eq!(job.attempts, 1);
    assert!(job.result.is_none());
}

#[tokio::test]
async fn a_result_that_the_server_refuses_for_good_makes_its_job_dead_and_holds_up_no_other() {
    let bench = Bench::new().await;
    let kinds = [
        "over the limit",
        "fine",
        "NUL in a key",
        "nested as allowed",
        "nested too deep",
        "almost the limit",
        "fine",
    ];
    let jobs = kinds.map(|kind| NewJob::new(kind.to_owned()));
    let ids = bench.storage::<String>().enqueue_many(jobs).await.unwrap();
    let running = worker!(bench.storage::<String>(), 8, answer);
    for (kind, id) in kinds.iter().zip(&ids) {
        if kind.starts_with("fine") || kind.ends_with("allowed") {
            let job = bench.reaches(id, JobState::Done).await;
            assert!(job.result.is_some(), "{kind}");
        } else {
            let job = bench.reaches(id, JobState::Dead).await;
            assert_unstorable(&job);
            assert_eq!(job.history[0].outcome, Outcome::Failed, "{kind}");
        }
    }
    assert!(!running.has_ended());
    running.stop().await;
}

#[tokio::test]
async fn results_that_fit_one_by_one_and_not_together_are_all_stored() {
    let bench = Bench::new().await;
    let jobs = (0..12).map(|_| NewJob::new(3 * MIB));
    bench.storage::<usize>().enqueue_many(jobs).await.unwrap();
    let (together, arrived) = (std::sync::Arc::new(tokio::sync::Barrier::new(12)), 12);
    let running = worker!(bench.storage::<usize>(), arrived, move |bytes: usize| {
        let together = together.clone();
        async move {
            together.wait().await;
            "x".repeat(bytes)
        }
    });
    bench.counts(JobState::Done, 12).await;
    running.stop().await;
}

#[tokio::test]
async fn an_error_that_does_not_fit_beside_its_payload_makes_the_job_dead() {
    let bench =
        Bench::with(|config| config.retry(RetryStrategy::Fixed(Duration::from_secs(3600)))).await;
    let running = worker!(
        bench.storage::<String>(),
        1,
        async |_: String, _: JobHandle| { Err::<(), BoxDynError>("no luck ".repeat(400).into()) }
    );
    // The second has no room for a line of history either.
    for left in [1_500, 800] {
        let payload = "x".repeat(16 * MIB - left);
        let id = bench.storage::<String>().enqueue(payload).await.unwrap();
        let job = bench.reaches(&id, JobState::Dead).await;
        assert_unstorable(&job);
    }
    let small = bench.storage::<String>().enqueue("x".to_owned()).await;
    bench.reaches(&small.unwrap(), JobState::Scheduled).await;
    running.stop().await;
}
