//! How an attempt ends decides what becomes of the job.

use std::time::Duration;

use apalis_core::error::{AbortError, BoxDynError, RetryAfterError};
use apalis_mongodb::{JobError, JobHandle, JobState, NewJob, Outcome, RetryStrategy};
use mongodb::bson::{Document, doc};

use crate::harness::{Bench, Notes};
use crate::worker;

#[tokio::test]
async fn a_failed_job_is_tried_again_later_and_then_done() {
    let bench = Bench::new().await;
    let running = worker!(bench.storage::<u32>(), 1, async |_: u32, job: JobHandle| {
        if job.attempt() < 3 {
            return Err(BoxDynError::from(format!(
                "no luck at attempt {}",
                job.attempt()
            )));
        }
        Ok(())
    });
    let id = bench.storage::<u32>().enqueue(1).await.unwrap();
    let job = bench.reaches(&id, JobState::Done).await;
    let outcomes: Vec<_> = job.history.iter().map(|a| (a.attempt, a.outcome)).collect();
    assert_eq!(
        outcomes,
        [
            (1, Outcome::Failed),
            (2, Outcome::Failed),
            (3, Outcome::Done)
        ]
    );
    assert_eq!(
        job.history[1].error.as_deref(),
        Some("no luck at attempt 2")
    );
    let gap = job.history[1].started_at.timestamp_millis()
        - job.history[0].finished_at.timestamp_millis();
    assert!(gap >= 95, "the second attempt came after {gap} ms");
    running.stop().await;
}

#[tokio::test]
async fn a_job_is_dead_when_its_attempts_are_used_up() {
    let bench = Bench::new().await;
    let running = worker!(bench.storage::<u32>(), 1, async |_: u32| {
        Err::<(), BoxDynError>("always".into())
    });
    let id = bench
        .storage::<u32>()
        .enqueue(NewJob::new(1).max_attempts(2))
        .await
        .unwrap();
    let job = bench.reaches(&id, JobState::Dead).await;
    assert_eq!((job.attempts, job.history.len()), (2, 2));
    assert_eq!(job.last_error.as_deref(), Some("always"));
    running.stop().await;
}

#[tokio::test]
async fn an_abort_makes_a_job_dead_at_once_and_keeps_the_error() {
    let bench = Bench::new().await;
    let running = worker!(bench.storage::<u32>(), 1, async |_: u32| {
        Err::<(), _>(AbortError::new("550 5.1.1 no such user"))
    });
    let id = bench.storage::<u32>().enqueue(1).await.unwrap();
    let job = bench.reaches(&id, JobState::Dead).await;
    assert_eq!(job.attempts, 1);
    assert_eq!(job.last_error.as_deref(), Some("550 5.1.1 no such user"));
    assert_eq!(job.history[0].outcome, Outcome::Aborted);
    running.stop().await;
}

#[tokio::test]
async fn a_handler_chooses_when_it_is_tried_again() {
    let bench =
        Bench::with(|config| config.retry(RetryStrategy::Fixed(Duration::from_secs(3600)))).await;
    let running = worker!(
        bench.storage::<String>(),
        1,
        async |how: String, job: JobHandle| {
            if job.attempt() > 1 {
                return Ok(());
            }
            if how == "error" {
                return Err(BoxDynError::from(RetryAfterError::new(
                    "later",
                    Duration::from_millis(500),
                )));
            }
            job.retry_in(Duration::from_millis(500));
            Err("later".into())
        }
    );
    for how in ["error", "handle"] {
        let id = bench
            .storage::<String>()
            .enqueue(how.to_owned())
            .await
            .unwrap();
        let job = bench.reaches(&id, JobState::Done).await;
        assert_eq!(job.history[0].outcome, Outcome::RetryAfter, "{how}");
        let gap = job.history[1].started_at.timestamp_millis()
            - job.history[0].finished_at.timestamp_millis();
        // The queue's own back-off is an hour.
        assert!((495..60_000).contains(&gap), "{how}: {gap} ms");
    }
    running.stop().await;
}

#[tokio::test]
async fn a_panic_is_a_failed_attempt_and_the_worker_lives_with_and_without_the_layer() {
    let bench = Bench::new().await;
    async fn handler(_: u32, job: JobHandle) {
        assert!(job.attempt() > 1, "boom");
    }
    let bare = worker!(bench.storage::<u32>(), 1, handler);
    let id = bench.storage::<u32>().enqueue(1).await.unwrap();
    let job = bench.reaches(&id, JobState::Done).await;
    assert_eq!(job.history[0].outcome, Outcome::Panicked);
    assert!(job.history[0].error.as_deref().unwrap().contains("boom"));
    assert!(!bare.has_ended());
    bare.stop().await;

    let layered = worker!(bench.storage::<u32>(), 1, handler, |builder| builder
        .catch_panic());
    let id = bench.storage::<u32>().enqueue(1).await.unwrap();
    let job = bench.reaches(&id, JobState::Done).await;
    assert_eq!(job.history[0].outcome, Outcome::Panicked);
    layered.stop().await;
}

#[tokio::test]
async fn a_timeout_is_a_failed_attempt() {
    let bench = Bench::new().await;
    let running = worker!(
        bench.storage::<u32>(),
        1,
        async |_: u32, job: JobHandle| {
            if job.attempt() == 1 {
                std::future::pending::<()>().await;
            }
        },
        |builder| builder.timeout(Duration::from_millis(200))
    );
    let id = bench.storage::<u32>().enqueue(1).await.unwrap();
    let job = bench.reaches(&id, JobState::Done).await;
    assert_eq!(job.history[0].outcome, Outcome::TimedOut);
    running.stop().await;
}

#[tokio::test]
async fn a_payload_that_cannot_be_decoded_is_dead_in_the_end_and_its_worker_lives() {
    let bench = Bench::new().await;
    let poison = bench
        .storage::<String>()
        .enqueue("not a number".to_owned())
        .await
        .unwrap();
    let jobs = bench
        .db()
        .collection::<Document>(&bench.config.collections().jobs);
    let alien = doc! {
        "_id": 17, "queue": "test", "status": "Pending", "priority": 0,
        "run_at": mongodb::bson::DateTime::now(), "crashes": 0,
    };
    jobs.insert_one(alien).await.unwrap();
    let good = bench.storage::<u32>().enqueue(1).await.unwrap();
    let running = worker!(bench.storage::<u32>(), 1, async |_: u32| {});
    bench.reaches(&good, JobState::Done).await;
    let job = bench.reaches(&poison, JobState::Dead).await;
    // As often as a configuration says that is left as it is.
    assert_eq!(job.attempts, 5);
    assert_eq!(job.history[0].outcome, Outcome::Undecodable);
    let alien = jobs.find_one(doc! { "_id": 17 }).await.unwrap().unwrap();
    assert_eq!(alien.get_str("status").unwrap(), "Failed");
    assert!(!running.has_ended());
    running.stop().await;
}

#[tokio::test]
async fn a_job_that_is_put_off_uses_no_attempt_and_fails_with_the_first_back_off_after_it() {
    let back_off = RetryStrategy::Exponential {
        base: Duration::from_millis(50),
        factor: 1000.0,
        max: Duration::from_secs(3600),
        jitter: 0.0,
    };
    let bench = Bench::with(|config| config.retry(back_off)).await;
    let notes = Notes::default();
    let seen = notes.clone();
    let handler = move |_: u32, job: JobHandle| {
        let notes = seen.clone();
        async move {
            notes.add(format!(
                "attempt {} snoozes {}",
                job.attempt(),
                job.snoozes()
            ));
            let soon = Duration::from_millis(20);
            match notes.all().len() {
                1 => Err(JobError::Snooze(soon)),
                2 => Err(JobError::retry_after("421 busy", soon)),
                // With a grown exponent the next attempt would come in an hour.
                3 => Err(JobError::from(std::io::Error::other("no luck"))),
                _ => Ok(()),
            }
        }
    };
    let running = worker!(bench.storage::<u32>(), 1, handler);
    let new = NewJob::new(1).max_attempts(2);
    let id = bench.storage::<u32>().enqueue(new).await.unwrap();
    let job = bench.reaches(&id, JobState::Done).await;
    running.stop().await;
    assert_eq!(
        notes.all(),
        [
            "attempt 1 snoozes 0",
            "attempt 1 snoozes 1",
            "attempt 1 snoozes 2",
            "attempt 2 snoozes 2"
        ]
    );
    let ends: Vec<_> = job
        .history
        .iter()
        .map(|attempt| (attempt.outcome, attempt.error.as_deref()))
        .collect();
    assert_eq!(
        ends,
        [
            (Outcome::Snoozed, None),
            (Outcome::RetryAfter, Some("421 busy")),
            (Outcome::Failed, Some("no luck")),
            (Outcome::Done, None)
        ]
    );
}

#[tokio::test]
async fn a_job_that_is_put_off_again_and_again_is_dead_in_the_end() {
    let bench = Bench::with(|config| config.max_snoozes(3)).await;
    let running = worker!(bench.storage::<u32>(), 1, async |_: u32| {
        Err::<(), _>(JobError::Snooze(Duration::from_millis(1)))
    });
    let id = bench.storage::<u32>().enqueue(1).await.unwrap();
    let job = bench.reaches(&id, JobState::Dead).await;
    running.stop().await;
    assert_eq!(job.history.len(), 4);
    assert!(job.last_error.unwrap().starts_with("put off 3 times"));
}

#[tokio::test]
async fn an_abort_said_with_a_job_error_makes_a_job_dead_at_once() {
    let bench = Bench::new().await;
    let running = worker!(bench.storage::<u32>(), 1, async |_: u32| {
        "x".parse::<u32>().map_err(JobError::abort)
    });
    let id = bench.storage::<u32>().enqueue(1).await.unwrap();
    let job = bench.reaches(&id, JobState::Dead).await;
    running.stop().await;
    assert_eq!(job.history[0].outcome, Outcome::Aborted);
    assert_eq!(
        job.last_error.as_deref(),
        Some("invalid digit found in string")
    );
}

#[tokio::test]
async fn a_job_with_nothing_to_do_is_done_and_says_why() {
    let bench = Bench::new().await;
    let running = worker!(bench.storage::<u32>(), 1, async |_: u32, job: JobHandle| {
        job.skip("it is gone");
        match job.attempt() {
            1 => Err(BoxDynError::from("a failed attempt did not do nothing")),
            _ => Ok("not stored"),
        }
    });
    let id = bench.storage::<u32>().enqueue(1).await.unwrap();
    let job = bench.reaches(&id, JobState::Done).await;
    running.stop().await;
    assert_eq!(job.last_error.as_deref(), Some("skipped: it is gone"));
    assert_eq!(job.result, None);
    let ends: Vec<_> = job
        .history
        .iter()
        .map(|attempt| (attempt.outcome, attempt.error.as_deref()))
        .collect();
    assert_eq!(
        ends,
        [
            (Outcome::Failed, Some("a failed attempt did not do nothing")),
            (Outcome::Skipped, Some("skipped: it is gone")),
        ]
    );
}
