//! Jobs get into the queue once, or not at all.

use std::time::Duration;

use apalis_mongodb::{Enqueued, Error, JobState, NewJob};
use mongodb::bson::{Document, doc};

use crate::harness::{Bench, Notes};
use crate::worker;

#[tokio::test]
async fn a_job_that_was_enqueued_runs_with_its_payload() {
    let bench = Bench::new().await;
    let notes = Notes::default();
    let seen = notes.clone();
    let running = worker!(bench.storage::<String>(), 2, move |text: String| {
        let notes = seen.clone();
        async move { notes.add(text) }
    });
    let id = bench
        .storage::<String>()
        .enqueue("hello".to_owned())
        .await
        .unwrap();
    assert!(id.is_new());
    assert_eq!(notes.reach(1).await, ["hello"]);
    let job = bench.reaches(&id, JobState::Done).await;
    assert_eq!((job.attempts, job.crashes, job.history.len()), (1, 0, 1));
    running.stop().await;
}

#[tokio::test]
async fn a_job_of_an_aborted_transaction_does_not_exist_and_of_a_committed_one_runs() {
    let bench = Bench::new().await;
    let storage = bench.storage::<u32>();
    let users = bench.db().collection::<Document>("users");
    let mut session = bench.db().client().start_session().await.unwrap();

    session.start_transaction().await.unwrap();
    users
        .insert_one(doc! { "_id": 1 })
        .session(&mut session)
        .await
        .unwrap();
    storage.with_session(&mut session).push(1).await.unwrap();
    session.abort_transaction().await.unwrap();
    bench.counts(JobState::Ready, 0).await;

    session.start_transaction().await.unwrap();
    users
        .insert_one(doc! { "_id": 2 })
        .session(&mut session)
        .await
        .unwrap();
    let id = storage.with_session(&mut session).push(2).await.unwrap();
    session.commit_transaction().await.unwrap();
    assert_eq!(bench.job(&id).await.state, JobState::Ready);
    assert_eq!(users.count_documents(doc! {}).await.unwrap(), 1);
}

#[tokio::test]
async fn an_idempotency_key_that_is_taken_yields_the_first_job() {
    let bench = Bench::new().await;
    let storage = bench.storage::<u32>();
    let first = storage
        .enqueue(NewJob::new(1).idempotency_key("k"))
        .await
        .unwrap();
    let second = storage
        .enqueue(NewJob::new(2).idempotency_key("k"))
        .await
        .unwrap();
    assert_eq!(first.id(), second.id());
    assert_eq!((first.is_new(), second.is_new()), (true, false));
    bench.counts(JobState::Ready, 1).await;
}

#[tokio::test]
async fn a_taken_key_in_a_transaction_yields_the_first_job_and_leaves_the_transaction_good() {
    let bench = Bench::new().await;
    let storage = bench.storage::<u32>();
    let first = storage
        .enqueue(NewJob::new(1).idempotency_key("k"))
        .await
        .unwrap();
    let mut session = bench.db().client().start_session().await.unwrap();
    session.start_transaction().await.unwrap();
    let mut sink = storage.with_session(&mut session);
    let again = sink
        .push(NewJob::new(2).idempotency_key("k"))
        .await
        .unwrap();
    let other = sink
        .push(NewJob::new(3).idempotency_key("other"))
        .await
        .unwrap();
    let other_again = sink
        .push(NewJob::new(4).idempotency_key("other"))
        .await
        .unwrap();
    session.commit_transaction().await.unwrap();
    assert_eq!((again.id(), again.is_new()), (first.id(), false));
    assert_eq!(other.id(), other_again.id());
    assert_eq!((other.is_new(), other_again.is_new()), (true, false));
    bench.counts(JobState::Ready, 2).await;
}

#[tokio::test]
async fn duplicates_in_a_batch_cost_nothing_but_themselves() {
    let bench = Bench::new().await;
    let storage = bench.storage::<u32>();
    let first = storage
        .enqueue(NewJob::new(0).idempotency_key("b"))
        .await
        .unwrap();
    let jobs = ["a", "b", "c", "a"].map(|key| NewJob::new(1).idempotency_key(key));
    let enqueued = storage.enqueue_many(jobs).await.unwrap();
    assert_eq!(enqueued[1].id(), first.id());
    assert_eq!(enqueued[0].id(), enqueued[3].id());
    let new: Vec<_> = enqueued.iter().map(Enqueued::is_new).collect();
    assert_eq!(new, [true, false, true, false]);
    bench.counts(JobState::Ready, 3).await;
}

#[tokio::test]
async fn a_unique_key_is_free_again_when_its_job_is_done() {
    let bench = Bench::new().await;
    let storage = bench.storage::<u32>();
    let first = storage
        .enqueue(NewJob::new(1).unique_key("k"))
        .await
        .unwrap();
    let again = storage
        .enqueue(NewJob::new(2).unique_key("k"))
        .await
        .unwrap();
    assert_eq!((again.id(), again.is_new()), (first.id(), false));
    let running = worker!(bench.storage::<u32>(), 1, async |_: u32| {});
    bench.reaches(&first, JobState::Done).await;
    let second = storage
        .enqueue(NewJob::new(3).unique_key("k"))
        .await
        .unwrap();
    assert_ne!(first.id(), second.id());
    assert!(second.is_new());
    bench.reaches(&second, JobState::Done).await;
    running.stop().await;
}

#[tokio::test]
async fn an_id_of_the_callers_choice_is_kept_and_cannot_be_used_twice() {
    let bench = Bench::new().await;
    let storage = bench.storage::<u32>();
    let id = storage.enqueue(NewJob::new(1).id("job_1")).await.unwrap();
    assert_eq!(id.to_string(), "job_1");
    let again = storage.enqueue(NewJob::new(1).id("job_1")).await;
    assert!(matches!(again, Err(Error::DuplicateId(id)) if id == "job_1"));
}

#[tokio::test]
async fn higher_priorities_run_first_and_within_one_the_oldest() {
    let bench = Bench::new().await;
    let storage = bench.storage::<String>();
    for (name, priority) in [("low", -1), ("first", 0), ("second", 0), ("high", 7)] {
        let job = NewJob::new(name.to_owned()).priority(priority);
        storage.enqueue(job).await.unwrap();
    }
    let notes = Notes::default();
    let seen = notes.clone();
    let running = worker!(storage, 1, move |name: String| {
        let notes = seen.clone();
        async move { notes.add(name) }
    });
    assert_eq!(notes.reach(4).await, ["high", "first", "second", "low"]);
    running.stop().await;
}

#[tokio::test]
async fn a_scheduled_job_runs_at_its_millisecond_even_if_polls_are_rare() {
    let bench = Bench::with(|config| config.poll_interval(Duration::from_secs(30))).await;
    let notes = Notes::default();
    let seen = notes.clone();
    let running = worker!(
        bench.storage::<u32>(),
        1,
        move |_: u32, job: apalis_mongodb::JobHandle| {
            let notes = seen.clone();
            async move {
                let now = mongodb::bson::DateTime::now().timestamp_millis();
                notes.add((now - job.run_at().timestamp_millis()).to_string());
            }
        }
    );
    let wait = Duration::from_millis(700);
    let jobs = (1..=5).map(|number| NewJob::new(number).run_in(wait * number));
    let ids = bench.storage::<u32>().enqueue_many(jobs).await.unwrap();
    assert_eq!(bench.job(&ids[4]).await.state, JobState::Scheduled);
    let late = notes.reach(5).await;
    let late: Vec<i64> = late.iter().map(|it| it.parse().unwrap()).collect();
    // The least of several: a busy machine starts some of them late.
    let least = *late.iter().min().unwrap();
    assert!((0..300).contains(&least), "{late:?} ms late");
    let most = *late.iter().max().unwrap();
    assert!(most < 15_000, "{late:?} ms late");
    running.stop().await;
}

#[tokio::test]
async fn jobs_enqueued_at_the_same_moment_each_have_their_own_outcome() {
    let bench = Bench::new().await;
    let storage = bench.storage::<String>();
    // Larger than any document may be.
    let huge = "x".repeat(17 * 1024 * 1024);
    let callers = (0..60).map(|number| {
        let storage = storage.clone();
        let job = match number {
            0..20 => NewJob::new("once".to_owned()).idempotency_key("once"),
            20 => NewJob::new(huge.clone()),
            _ => NewJob::new(number.to_string()),
        };
        async move { storage.enqueue(job).await }
    });
    let outcomes = futures_util::future::join_all(callers).await;
    let refused: Vec<_> = (0..60).filter(|&at| outcomes[at].is_err()).collect();
    assert_eq!(refused, [20]);
    let ids: std::collections::BTreeSet<_> =
        outcomes.iter().flatten().map(ToString::to_string).collect();
    assert_eq!(
        ids.len(),
        40,
        "one for twenty, and one for each of the others"
    );
    let new = |jobs: &[Result<Enqueued, Error>]| {
        let new = |job: &&Enqueued| job.is_new();
        jobs.iter().flatten().filter(new).count()
    };
    assert_eq!((new(&outcomes[..20]), new(&outcomes[20..])), (1, 39));
    bench.counts(apalis_mongodb::JobState::Ready, 40).await;
}

#[tokio::test]
async fn a_key_that_is_unique_until_started_is_free_while_its_job_runs() {
    let bench = Bench::new().await;
    let storage = bench.storage::<u32>();
    let new = || NewJob::new(1).unique_until_started("look at user 7");
    let first = storage.enqueue(new()).await.unwrap();
    let same = storage.enqueue(new()).await.unwrap();
    assert_eq!((same.id(), same.is_new()), (first.id(), false));
    let gate = std::sync::Arc::new(tokio::sync::Notify::new());
    let barrier = std::sync::Arc::clone(&gate);
    let running = worker!(storage.clone(), 1, move |_: u32| {
        let gate = std::sync::Arc::clone(&barrier);
        async move { gate.notified().await }
    });
    bench.reaches(&first, JobState::Running).await;
    let second = storage.enqueue(new()).await.unwrap();
    assert_ne!(first.id(), second.id());
    assert!(second.is_new());
    gate.notify_one();
    bench.reaches(&second, JobState::Running).await;
    gate.notify_one();
    bench.counts(JobState::Done, 2).await;
    running.stop().await;
}
