//! One job, one document or one handler's call stops nobody but itself.

use std::time::Duration;

use apalis_core::error::BoxDynError;
use apalis_mongodb::{JobHandle, JobState, NewJob, Outcome, RetryStrategy};
use mongodb::bson::{Bson, DateTime, Document, doc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::harness::{Apart, Bench, eventually};
use crate::worker;

/// Panics when it is written, or when it is read.
#[derive(Debug, PartialEq)]
enum Bomb {
    WhenWritten,
    WhenRead,
    Never,
}

impl Serialize for Bomb {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::WhenWritten => panic!("boom"),
            Self::WhenRead => serializer.serialize_str("read"),
            Self::Never => serializer.serialize_str("never"),
        }
    }
}

impl<'de> Deserialize<'de> for Bomb {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match String::deserialize(deserializer)?.as_str() {
            "read" => panic!("boom"),
            _ => Ok(Self::Never),
        }
    }
}

#[tokio::test]
async fn a_value_whose_code_panics_fails_its_own_attempt_and_a_payload_its_own_job() {
    let bench = Bench::new().await;
    let storage = bench.storage::<Bomb>();
    let unreadable = storage.enqueue(Bomb::WhenRead).await.unwrap();
    let fine = storage
        .enqueue(NewJob::new(Bomb::Never).max_attempts(1))
        .await
        .unwrap();
    let running = worker!(storage, 2, async |bomb: Bomb| {
        assert_eq!(bomb, Bomb::Never);
        Ok::<_, BoxDynError>(Bomb::WhenWritten)
    });
    let unreadable = bench.reaches(&unreadable, JobState::Dead).await;
    assert_eq!(unreadable.history[0].outcome, Outcome::Undecodable);
    let unwritable = bench.reaches(&fine, JobState::Dead).await;
    assert_eq!(unwritable.history[0].outcome, Outcome::Panicked);
    assert!(!running.has_ended());
    running.stop().await;
}

#[tokio::test]
async fn a_handler_that_wants_an_endless_lease_takes_nobody_elses() {
    let bench = Bench::new().await;
    let lease = bench.config.lease();
    let running = worker!(
        bench.storage::<String>(),
        2,
        move |what: String, job: JobHandle| async move {
            if what == "endless" {
                job.extend(Duration::MAX).await?;
            }
            tokio::time::sleep(lease * 3).await;
            Ok::<(), BoxDynError>(())
        }
    );
    let storage = bench.storage::<String>();
    let jobs = ["endless", "other"].map(|what| NewJob::new(what.to_owned()));
    for id in storage.enqueue_many(jobs).await.unwrap() {
        let job = bench.reaches(&id, JobState::Done).await;
        assert_eq!((job.attempts, job.crashes), (1, 0));
    }
    running.stop().await;
}

#[tokio::test]
async fn a_back_off_without_bounds_breaks_neither_its_job_nor_the_worker() {
    let bench = Bench::new().await;
    let storage = bench.storage::<u32>();
    let endless = RetryStrategy::Exponential {
        base: Duration::MAX,
        factor: f64::MAX,
        max: Duration::MAX,
        jitter: 1.0,
    };
    let id = storage
        .enqueue(NewJob::new(1).retry(endless))
        .await
        .unwrap();
    let running = worker!(storage, 1, async |fails: u32| {
        if fails == 1 {
            return Err(BoxDynError::from("no luck"));
        }
        Ok(())
    });
    bench.reaches(&id, JobState::Scheduled).await;
    let next = bench.storage::<u32>().enqueue(0).await.unwrap();
    bench.reaches(&next, JobState::Done).await;
    running.stop().await;
}

/// Documents that no version of this crate writes.
fn foreign(name: &str, run_at: impl Into<Bson>) -> Document {
    doc! {
        "_id": name, "queue": "test", "status": "Pending", "priority": 0, "run_at": run_at.into(),
        "args": 1, "attempts": 0, "max_attempts": 5, "crashes": 0, "created_at": DateTime::now(),
    }
}

#[tokio::test]
async fn a_document_whose_time_is_none_is_dead_lettered_and_holds_up_nobody() {
    for ageing in [None, Some(Duration::from_secs(10))] {
        let bench = Bench::with(|config| match ageing {
            Some(step) => config.ageing(step),
            None => config,
        })
        .await;
        let jobs = bench
            .db()
            .collection::<Document>(&bench.config.collections().jobs);
        let far = DateTime::from_millis(253_402_300_800_000);
        let documents = [
            foreign("text", "soon"),
            foreign("number", 5),
            foreign("null", Bson::Null),
            foreign("year 10,000", far),
            foreign("the end of time", DateTime::MAX),
            foreign("the beginning", DateTime::MIN),
        ];
        jobs.insert_many(&documents).await.unwrap();
        let running = worker!(bench.storage::<u32>(), 2, async |_: u32| {});
        let good = bench.storage::<u32>().enqueue(1).await.unwrap();
        bench.reaches(&good, JobState::Done).await;
        let later = NewJob::new(2).run_in(Duration::from_millis(300));
        let later = bench.storage::<u32>().enqueue(later).await.unwrap();
        bench.reaches(&later, JobState::Done).await;
        for name in ["text", "number", "null"] {
            eventually(&format!("{name} is dead-lettered"), async || {
                let found = jobs.find_one(doc! { "_id": name }).await.unwrap().unwrap();
                match found.get_str("status") {
                    Ok("Failed") => Ok(()),
                    other => Err(format!("{other:?}")),
                }
            })
            .await;
        }
        assert!(!running.has_ended());
        running.stop().await;
    }
}

#[tokio::test]
async fn a_payload_that_cannot_be_sent_fails_its_own_enqueue_alone() {
    let bench = Bench::new().await;
    let storage = bench.storage::<Document>();
    let enqueues = (0..40).map(|n| {
        let key = if n % 4 == 0 { "nul\0key" } else { "key" };
        let storage = storage.clone();
        async move { (n % 4 == 0, storage.enqueue(doc! { key: n }).await) }
    });
    for (is_bad, outcome) in futures_util::future::join_all(enqueues).await {
        assert_eq!(outcome.is_err(), is_bad, "{outcome:?}");
    }
}

#[derive(Debug)]
struct Cyclic;

impl std::fmt::Display for Cyclic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("again and again")
    }
}

impl std::error::Error for Cyclic {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(self)
    }
}

#[tokio::test]
async fn an_error_that_is_its_own_source_fails_its_attempt_alone() {
    let bench = Bench::new().await;
    let storage = bench.storage::<u32>();
    let apart = Apart::new();
    let running = apart.enter(|| {
        worker!(storage.clone(), 2, async |number: u32| match number {
            0 => Err(BoxDynError::from(Cyclic)),
            _ => Ok(()),
        })
    });
    let failing = NewJob::new(0).max_attempts(1);
    let failing = storage.enqueue(failing).await.unwrap();
    let dead = bench.reaches(&failing, JobState::Dead).await;
    assert_eq!(dead.last_error.as_deref(), Some("again and again"));
    let other = storage.enqueue(1).await.unwrap();
    bench.reaches(&other, JobState::Done).await;
    running.stop().await;
}
