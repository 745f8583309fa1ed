//! One job is changed by its id, if its state allows it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use apalis_mongodb::operator::{RetryOptions, Selection};
use apalis_mongodb::{Error, JobState, MongoStorage, NewJob};
use mongodb::bson::oid::ObjectId;
use mongodb::bson::{Document, doc};
use mongodb::event::EventHandler;
use mongodb::event::command::CommandEvent;
use mongodb::options::ClientOptions;
use mongodb::{Client, Database};

use crate::harness::{Bench, Notes, eventually};
use crate::worker;

const HOUR: Duration = Duration::from_secs(3600);

async fn token(bench: &Bench, id: impl ToString) -> Option<ObjectId> {
    let jobs = bench.db().collection::<Document>("apalis_jobs");
    let job = jobs.find_one(doc! { "_id": id.to_string() }).await.unwrap();
    job.unwrap().get_object_id("lock_token").ok()
}

/// A database in which searches for waiting jobs are counted.
async fn counted(bench: &Bench) -> (Database, Arc<AtomicUsize>) {
    let searches = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&searches);
    let mut options = ClientOptions::parse(bench.uri()).await.unwrap();
    options.command_event_handler = Some(EventHandler::callback(move |event| {
        let CommandEvent::Started(started) = event else {
            return;
        };
        // A worker that looks for expired leases does so all the time.
        let filter = started.command.get_document("filter");
        if filter.is_ok_and(|it| it.get_str("status").ok() == Some("Pending")) {
            count.fetch_add(1, Ordering::SeqCst);
        }
    }));
    let client = Client::with_options(options).unwrap();
    (client.database(bench.db().name()), searches)
}

/// Waits until a worker has searched for nothing for a while: it does so again when it is woken.
async fn is_idle(searches: &AtomicUsize) {
    let mut last = (searches.load(Ordering::SeqCst), Instant::now());
    eventually("the worker is idle", async || {
        let now = searches.load(Ordering::SeqCst);
        if now != last.0 {
            last = (now, Instant::now());
        }
        match last.1.elapsed() {
            quiet if quiet > Duration::from_secs(1) => Ok(()),
            quiet => Err(format!("{quiet:?}")),
        }
    })
    .await;
}

#[tokio::test]
async fn a_job_for_later_that_is_run_now_wakes_an_idle_worker() {
    // Nothing but the change stream can be in time.
    let bench = Bench::with(|config| config.poll_interval(HOUR)).await;
    let (db, searches) = counted(&bench).await;
    let notes = Notes::default();
    let seen = notes.clone();
    let storage = MongoStorage::<u32>::new(&db, bench.config.clone());
    let running = worker!(storage, 1, move |number: u32| {
        let notes = seen.clone();
        async move { notes.add(number.to_string()) }
    });
    let storage = bench.storage::<u32>();
    storage.enqueue(1).await.unwrap();
    notes.reach(1).await;
    let later = NewJob::new(2).run_in(HOUR).priority(-3);
    let id = storage.enqueue(later).await.unwrap().to_string();
    is_idle(&searches).await;
    let before = token(&bench, &id).await;
    let began = Instant::now();
    bench.operator().run_now(&id).await.unwrap();
    notes.reach(2).await;
    assert!(
        began.elapsed() < Duration::from_secs(20),
        "{:?}",
        began.elapsed()
    );
    assert_ne!(token(&bench, &id).await, before);
    let job = bench.job(&id).await;
    assert_eq!((job.attempts, job.priority), (1, -3));
    running.stop().await;
}

#[tokio::test]
async fn a_worker_is_woken_for_a_job_that_gets_another_priority() {
    let bench = Bench::with(|config| config.poll_interval(HOUR)).await;
    let (db, searches) = counted(&bench).await;
    let storage = MongoStorage::<u32>::new(&db, bench.config.clone());
    let running = worker!(storage, 1, async |_: u32| {});
    let storage = bench.storage::<u32>();
    let done = storage.enqueue(1).await.unwrap();
    bench.reaches(&done, JobState::Done).await;
    let later = storage.enqueue(NewJob::new(2).run_in(HOUR)).await.unwrap();
    is_idle(&searches).await;
    let before = searches.load(Ordering::SeqCst);
    let operator = bench.operator();
    operator.reprioritise(&later.to_string(), 5).await.unwrap();
    eventually("the worker has searched again", async || {
        match searches.load(Ordering::SeqCst) {
            now if now > before => Ok(()),
            now => Err(now),
        }
    })
    .await;
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
