//! A handler's effect and the end of its job in one transaction.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use apalis_core::error::BoxDynError;
use apalis_mongodb::operator::{BulkOptions, Selection};
use apalis_mongodb::{JobHandle, JobState, MongoStorage, Wake};
use dossier_devstack::testing::Proxy;
use mongodb::bson::{Document, doc};

use crate::harness::{Bench, Notes};
use crate::worker;

#[tokio::test]
async fn an_effect_and_its_completion_commit_together_or_not_at_all() {
    let bench = Bench::new().await;
    let effects = bench.db().collection::<Document>("effects");
    effects.insert_one(doc! { "_id": "seed" }).await.unwrap();
    let (db, into) = (bench.db().clone(), effects.clone());
    let running = worker!(
        bench.storage::<String>(),
        1,
        move |how: String, job: JobHandle| {
            let (db, effects) = (db.clone(), into.clone());
            async move {
                let mut session = db.client().start_session().await?;
                session.start_transaction().await?;
                let effect = doc! { "job": job.id(), "attempt": i64::from(job.attempt()) };
                effects.insert_one(effect).session(&mut session).await?;
                job.complete_in(&mut session).await?;
                if how == "abort" && job.attempt() == 1 {
                    session.abort_transaction().await?;
                    return Err("aborted".into());
                }
                session.commit_transaction().await?;
                Ok::<(), BoxDynError>(())
            }
        }
    );
    for how in ["commit", "abort"] {
        let id = bench
            .storage::<String>()
            .enqueue(how.to_owned())
            .await
            .unwrap();
        bench.reaches(&id, JobState::Done).await;
        let count = effects
            .count_documents(doc! { "job": id.to_string() })
            .await
            .unwrap();
        assert_eq!(count, 1, "{how}");
    }
    assert_eq!(bench.storage::<String>().outstanding(), 0);
    running.stop().await;
}

#[tokio::test]
async fn a_handler_whose_transaction_was_aborted_is_told_by_the_next_heartbeat_that_its_job_is_lost()
 {
    let lease = Duration::from_secs(600);
    let bench = Bench::with(|config| {
        // Nothing but heartbeats tells of a loss then.
        let config = config.lease_duration(lease).wake(Wake::Poll);
        config.heartbeat_interval(Duration::from_millis(200))
    })
    .await;
    let (db, notes) = (bench.db().clone(), Notes::default());
    let seen = notes.clone();
    let storage = bench.storage::<u32>();
    let running = worker!(storage.clone(), 1, move |_: u32, job: JobHandle| {
        let (db, notes) = (db.clone(), seen.clone());
        async move {
            let mut session = db.client().start_session().await?;
            session.start_transaction().await?;
            job.complete_in(&mut session).await?;
            session.abort_transaction().await?;
            notes.add("aborted");
            job.lost().await;
            notes.add("told");
            Ok::<(), BoxDynError>(())
        }
    });
    let id = storage.enqueue(1).await.unwrap();
    notes.reach(1).await;
    let (operator, job) = (bench.operator(), Selection::id(id.to_string()));
    let cancelled = operator.cancel_jobs(&job, BulkOptions::default()).await;
    assert_eq!(cancelled.unwrap().changed, 1);
    notes.reach(2).await;
    running.stop().await;
    bench.reaches(&id, JobState::Cancelled).await;
}

#[tokio::test]
async fn a_handler_in_a_transaction_is_told_that_its_lease_ran_out() {
    let bench = Bench::with(|config| {
        let config = config.lease_duration(Duration::from_secs(6));
        config.heartbeat_interval(Duration::from_millis(500))
    })
    .await;
    let proxy = Proxy::before(bench.uri()).await.unwrap();
    let db = proxy.database(bench.db()).await.unwrap();
    let storage = MongoStorage::<u32>::new(&db, bench.config.clone());
    let (notes, sessions) = (Notes::default(), Arc::new(Mutex::new(Vec::new())));
    let (noted, opened) = (notes.clone(), Arc::clone(&sessions));
    let running = worker!(storage, 1, move |_: u32, job: JobHandle| {
        let (notes, sessions) = (noted.clone(), Arc::clone(&opened));
        let client = db.client().clone();
        async move {
            let mut session = client.start_session().await?;
            sessions.lock().unwrap().push(session.id().clone());
            session.start_transaction().await?;
            job.complete_in(&mut session).await?;
            notes.add("in transaction");
            job.lost().await;
            notes.add("told");
            Ok::<(), BoxDynError>(())
        }
    });
    bench.storage::<u32>().enqueue(1).await.unwrap();
    notes.reach(1).await;
    proxy.cut_off();
    let since = Instant::now();
    assert_eq!(notes.reach(2).await, ["in transaction", "told"]);
    let took = since.elapsed();
    assert!(
        took < Duration::from_secs(30),
        "{took:?}, with a lease of 6 s"
    );
    running.abort();
    // The server would keep it, and the database with it, for another minute.
    let left = sessions.lock().unwrap().clone();
    let kill = doc! { "killSessions": left };
    bench.db().run_command(kill).await.unwrap();
}
