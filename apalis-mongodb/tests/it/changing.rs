//! One job is changed by its id, if its state allows it.

use std::time::{Duration, Instant};

use apalis_mongodb::operator::{RetryOptions, Selection};
use apalis_mongodb::{Error, JobState, NewJob};
use mongodb::bson::oid::ObjectId;
use mongodb::bson::{Document, doc};

use crate::harness::{Bench, Notes};
use crate::worker;

const HOUR: Duration = Duration::from_secs(3600);

async fn token(bench: &Bench, id: impl ToString) -> Option<ObjectId> {
    let jobs = bench.db().collection::<Document>("apalis_jobs");
    let job = jobs.find_one(doc! { "_id": id.to_string() }).await.unwrap();
    job.unwrap().get_object_id("lock_token").ok()
}

#[tokio::test]
async fn a_job_for_later_that_is_run_now_wakes_an_idle_worker() {
    // Nothing but the change stream can be in time.
    let bench = Bench::with(|config| config.poll_interval(HOUR)).await;
    let notes = Notes::default();
    let seen = notes.clone();
    let running = worker!(bench.storage::<u32>(), 1, move |number: u32| {
        let notes = seen.clone();
        async move { notes.add(number.to_string()) }
    });
    let storage = bench.storage::<u32>();
    storage.enqueue(1).await.unwrap();
    notes.reach(1).await;
    for number in 2..5 {
        let later = NewJob::new(number).run_in(HOUR).priority(-3);
        let id = storage.enqueue(later).await.unwrap().to_string();
        let before = token(&bench, &id).await;
        let began = Instant::now();
        bench.operator().run_now(&id).await.unwrap();
        notes.reach(number as usize).await;
        assert!(
            began.elapsed() < Duration::from_secs(5),
            "{:?}",
            began.elapsed()
        );
        assert_ne!(token(&bench, &id).await, before);
        let job = bench.job(&id).await;
        assert_eq!((job.attempts, job.priority), (1, -3));
    }
    running.stop().await;
}

#[tokio::test]
async fn a_job_that_backs_off_runs_now_and_one_that_is_due_keeps_its_place() {
    let bench = Bench::new().await;
    let operator = bench.operator();
    let minute_ago = mongodb::bson::DateTime::from_millis(
        mongodb::bson::DateTime::now().timestamp_millis() - 60_000,
    );
    let storage = bench.storage::<u32>();
    let due = storage.enqueue(NewJob::new(1).run_at(minute_ago)).await;
    let due = due.unwrap().to_string();
    let before = token(&bench, &due).await;
    operator.run_now(&due).await.unwrap();
    assert_eq!(bench.job(&due).await.run_at, minute_ago);
    assert_ne!(
        token(&bench, &due).await,
        before,
        "a worker that saw it must look again"
    );

    let jobs = bench.db().collection::<Document>("apalis_jobs");
    let later = storage.enqueue(NewJob::new(2).run_in(HOUR)).await.unwrap();
    let failed = doc! { "$set": { "attempts": 3, "last_error": "no luck" } };
    let by_id = doc! { "_id": later.to_string() };
    jobs.update_one(by_id, failed).await.unwrap();
    operator.run_now(&later.to_string()).await.unwrap();
    let job = bench.job(&later).await;
    assert_eq!((job.state, job.attempts), (JobState::Ready, 3));
}

#[tokio::test]
async fn a_job_that_does_not_wait_is_not_run_now_and_the_error_says_what_to_do_instead() {
    let bench = Bench::new().await;
    let operator = bench.operator();
    let running = worker!(bench.storage::<String>(), 2, async |what: String| {
        if what == "dies" {
            return Err(apalis_core::error::AbortError::new("for good"));
        }
        if what == "runs" {
            std::future::pending::<()>().await;
        }
        Ok(())
    });
    let storage = bench.storage::<String>();
    for (what, state, advice) in [
        ("works", JobState::Done, "enqueue a new job"),
        ("dies", JobState::Dead, "retry it"),
        ("runs", JobState::Running, "it runs already"),
    ] {
        let id = storage.enqueue(what.to_owned()).await.unwrap();
        bench.reaches(&id, state).await;
        let before = token(&bench, &id).await;
        let refused = operator.run_now(&id.to_string()).await.unwrap_err();
        let text = refused.to_string();
        assert!(
            text.contains(advice) && text.contains(state.as_str()),
            "{text}"
        );
        assert!(matches!(refused, Error::WrongState { state: it, .. } if it == state));
        assert_eq!(token(&bench, &id).await, before);
    }
    let refused = operator.run_now("nobody").await;
    assert!(matches!(refused, Err(Error::NotFound(id)) if id == "nobody"));
    running.abort();
}

#[tokio::test]
async fn a_waiting_job_that_gets_a_higher_priority_runs_next() {
    let bench = Bench::new().await;
    let storage = bench.storage::<u32>();
    let ids = storage.enqueue_many((1..8).map(NewJob::new)).await.unwrap();
    let urgent = ids[5].to_string();
    let before = token(&bench, &urgent).await;
    bench.operator().reprioritise(&urgent, 9).await.unwrap();
    assert_ne!(token(&bench, &urgent).await, before);
    let notes = Notes::default();
    let seen = notes.clone();
    let running = worker!(storage, 1, move |number: u32| {
        let notes = seen.clone();
        async move { notes.add(number.to_string()) }
    });
    let ran = notes.reach(7).await;
    assert_eq!(ran, ["6", "1", "2", "3", "4", "5", "7"]);
    running.stop().await;
}

#[tokio::test]
async fn a_job_that_a_worker_holds_keeps_its_priority() {
    let bench = Bench::new().await;
    let running = worker!(bench.storage::<u32>(), 1, async |_: u32| {
        std::future::pending::<()>().await;
    });
    let id = bench.storage::<u32>().enqueue(1).await.unwrap();
    bench.reaches(&id, JobState::Running).await;
    let held = bench.operator().reprioritise(&id.to_string(), 9).await;
    let state = JobState::Running;
    assert!(matches!(held, Err(Error::WrongState { state: it, .. }) if it == state));
    assert_eq!(bench.job(&id).await.priority, 0);
    running.abort();
}

#[tokio::test]
async fn a_dead_job_keeps_its_new_priority_for_when_it_is_retried() {
    let bench = Bench::new().await;
    let operator = bench.operator();
    let id = bench.storage::<u32>().enqueue(1).await.unwrap();
    let selection = Selection::id(id.to_string());
    operator
        .cancel_jobs(&selection, Default::default())
        .await
        .unwrap();
    operator.reprioritise(&id.to_string(), -5).await.unwrap();
    let retried = operator.retry_jobs(&selection, RetryOptions::default());
    assert_eq!(retried.await.unwrap().changed, 1);
    let job = bench.job(&id).await;
    assert_eq!((job.state, job.priority), (JobState::Ready, -5));
    let refused = operator.reprioritise("nobody", 1).await;
    assert!(matches!(refused, Err(Error::NotFound(_))));
}
