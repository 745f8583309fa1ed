//! Documents that no version of this crate writes: operators see and remove them, workers pass them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use apalis_core::task::task_id::TaskId;
use apalis_mongodb::operator::{BulkOptions, RetryOptions, Selection};
use apalis_mongodb::{Error, JobFilter, JobState, JobSummary, Operator};
use futures_util::{StreamExt, stream};
use mongodb::Collection;
use mongodb::bson::oid::ObjectId;
use mongodb::bson::{Bson, Document, doc};

use crate::foreign_documents::{Foreign, huge, of_every_kind, sound};
use crate::harness::{Bench, eventually};
use crate::worker;

/// No function of an operator may take longer, on a slow machine, over a few thousand documents.
const LIMIT: Duration = Duration::from_secs(60);

async fn in_time<T>(what: &str, work: impl Future<Output = Result<T, Error>>) -> T {
    let outcome = tokio::time::timeout(LIMIT, work).await;
    let outcome = outcome.unwrap_or_else(|_| panic!("{what} has not ended"));
    outcome.unwrap_or_else(|error| panic!("{what}: {error}"))
}

fn jobs(bench: &Bench) -> Collection<Document> {
    bench.db().collection("apalis_jobs")
}

async fn insert(bench: &Bench, documents: &[Foreign]) {
    for chunk in documents.chunks(500) {
        let chunk = chunk.iter().map(|(_, document)| document);
        jobs(bench).insert_many(chunk).await.unwrap();
    }
}

async fn list(operator: &Operator, filter: &JobFilter) -> Vec<JobSummary> {
    let (mut seen, mut cursor) = (Vec::new(), None);
    loop {
        let page = operator.list_jobs(filter, cursor.as_deref(), 97);
        let page = in_time("list_jobs", page).await;
        seen.extend(page.items);
        cursor = page.next_cursor;
        if cursor.is_none() {
            return seen;
        }
    }
}

fn ids(jobs: &[JobSummary]) -> BTreeSet<String> {
    jobs.iter().map(|job| job.id.clone()).collect()
}

#[tokio::test]
async fn a_list_a_filter_and_a_worker_agree_on_which_documents_are_jobs() {
    let bench = Bench::new().await;
    let operator = bench.operator();
    let documents = of_every_kind();
    insert(&bench, &documents).await;
    let all = list(&operator, &JobFilter::default()).await;
    assert_eq!(
        (all.len(), ids(&all).len()),
        (documents.len(), documents.len())
    );
    let malformed = JobFilter::default().state(JobState::Malformed);
    let malformed = ids(&list(&operator, &malformed).await);
    assert!(malformed.len() > documents.len() / 2);
    // One job is read as a worker reads it.
    let asked = &operator;
    let read = stream::iter(&all).map(|listed| async move {
        let found = in_time("find_job", asked.find_job(&listed.id)).await;
        (listed, found.expect("what is listed is found"))
    });
    let read: Vec<_> = read.buffer_unordered(8).collect().await;
    let by_id: BTreeMap<_, _> = read.iter().map(|(job, found)| (&job.id, found)).collect();
    for (listed, found) in &read {
        let is_malformed = found.state == JobState::Malformed;
        assert_eq!(found.malformed, listed.malformed, "{listed:?}");
        assert_eq!(found.malformed.is_some(), is_malformed, "{found:?}");
        assert_eq!(listed.state, found.state, "{listed:?} {found:?}");
        assert_eq!(malformed.contains(&listed.id), is_malformed, "{found:?}");
    }
    let reason = |id: &str| by_id[&id.to_owned()].malformed.clone();
    let text = "run_at: string instead of a date".to_owned();
    assert_eq!(reason("Pending-run_at-9"), Some(text));
    assert_eq!(reason("Pending-args-9"), None);
}

#[tokio::test]
async fn every_function_of_an_operator_ends_beside_documents_of_every_kind() {
    let bench = Bench::new().await;
    let operator = bench.operator();
    let documents: Vec<_> = of_every_kind().into_iter().chain(huge()).collect();
    insert(&bench, &documents).await;
    insert_settings_and_workers(&bench).await;

    let all = ids(&list(&operator, &JobFilter::default()).await);
    assert_eq!(all.len(), documents.len());
    for state in JobState::ALL {
        let filter = JobFilter::queue("test").state(state);
        list(&operator, &filter).await;
    }
    let found = in_time("find_jobs", operator.find_jobs(&all)).await;
    assert_eq!(ids(&found), all);
    in_time("count_by_state", operator.count_by_state(None)).await;
    in_time(
        "recent_counts",
        operator.recent_counts("test", Duration::ZERO),
    )
    .await;
    in_time("failure_cohorts", operator.failure_cohorts(None)).await;
    let age = in_time("oldest_ready_age", operator.oldest_ready_age("test")).await;
    // How old exactly depends on which of the documents counts as a job of the queue.
    assert!(age >= Some(Duration::from_secs(60)), "{age:?}");

    // One that has no room for another word is told of by those who want to change just that.
    for id in all.iter().filter(|id| !id.contains("full")) {
        let (run, priority) = (operator.run_now(id), operator.reprioritise(id, 7));
        for outcome in [run.await, priority.await] {
            let is_state = matches!(outcome, Err(Error::WrongState { .. }));
            assert!(outcome.is_ok() || is_state, "{id}: {outcome:?}");
        }
    }
    change_all(&operator, &all).await;
}

/// Everything is cancelled, retried, cancelled and deleted, however many steps that takes.
async fn change_all(operator: &Operator, all: &BTreeSet<String>) {
    let everything = Selection::from(JobFilter::default());
    let (options, retry) = (BulkOptions::default(), RetryOptions::default());
    let one_more = RetryOptions {
        reset_attempts: false,
        ..retry
    };
    let cancelled = in_time("cancel_jobs", operator.cancel_jobs(&everything, options)).await;
    assert!(cancelled.changed > 1000, "{cancelled:?}");
    // Neither of the two has room for the end of its life.
    assert_eq!(cancelled.refused, 2, "{cancelled:?}");
    let retried = in_time("retry_jobs", operator.retry_jobs(&everything, one_more)).await;
    assert!(retried.changed > cancelled.changed, "{retried:?}");
    in_time("cancel_jobs", operator.cancel_jobs(&everything, options)).await;
    let retried = in_time("retry_jobs", operator.retry_jobs(&everything, retry)).await;
    assert!(retried.changed > cancelled.changed, "{retried:?}");

    // By id, by filter, and the rest. One of the full documents cannot be cancelled: it runs.
    let some = Selection::Ids(all.iter().step_by(3).cloned().collect());
    let deleted = in_time("delete_jobs", operator.delete_jobs(&some, options)).await;
    assert!(deleted.changed >= all.len() as u64 / 3, "{deleted:?}");
    let malformed = JobFilter::default().state(JobState::Malformed);
    in_time(
        "delete_jobs",
        operator.delete_jobs(&malformed.into(), options),
    )
    .await;
    in_time("delete_jobs", operator.delete_jobs(&everything, options)).await;
    let left = list(operator, &JobFilter::default()).await;
    let left: Vec<_> = left.iter().map(|job| job.id.as_str()).collect();
    assert_eq!(left, ["Running-full"]);
}

async fn insert_settings_and_workers(bench: &Bench) {
    let queues = [
        doc! { "_id": ObjectId::new(), "paused": true },
        doc! { "_id": 5, "limits": "none" },
        doc! { "_id": "odd", "paused": "yes", "paused_at": 5, "limits": { "rate": "fast" } },
        doc! { "_id": "test", "counts": "many", "counting_until": "then", "bucket": 5 },
    ];
    let collection = bench.db().collection::<Document>("apalis_queues");
    collection.insert_many(&queues).await.unwrap();
    let workers = [
        doc! { "_id": ObjectId::new() },
        doc! { "_id": { "a": 1 }, "name": 5, "queue": ["test"], "leases": "two" },
        doc! { "_id": "w@1", "name": "w", "queue": "test", "started_at": "now", "last_seen": 0 },
    ];
    let collection = bench.db().collection::<Document>("apalis_workers");
    collection.insert_many(&workers).await.unwrap();
}

#[tokio::test]
async fn queues_and_workers_whose_documents_cannot_be_read_are_listed_as_malformed() {
    let bench = Bench::new().await;
    let operator = bench.operator();
    insert_settings_and_workers(&bench).await;
    let queues = in_time("list_queues", operator.list_queues()).await;
    let odd = queues.iter().find(|queue| queue.name == "odd").unwrap();
    let reason = odd.malformed.as_deref().unwrap();
    assert_eq!(
        reason,
        "paused cannot be read; paused_at cannot be read; limits cannot be read"
    );
    assert_eq!(queues.iter().filter(|it| it.malformed.is_some()).count(), 3);
    let workers = in_time("list_workers", operator.list_workers(None)).await;
    assert_eq!(workers.len(), 3);
    assert!(workers.iter().all(|worker| worker.malformed.is_some()));
    // Strings sort before documents.
    assert_eq!(workers[1].id, r#"{"a":{"$numberInt":"1"}}"#);

    // Whoever sets the queue again mends it.
    operator.resume_queue("odd").await.unwrap();
    let limits = apalis_mongodb::QueueLimits::default();
    operator.set_queue_limits("odd", limits).await.unwrap();
    let queues = operator.list_queues().await.unwrap();
    let odd = queues.iter().find(|queue| queue.name == "odd").unwrap();
    assert_eq!((odd.paused, &odd.malformed), (false, &None));
}

#[tokio::test]
async fn what_is_no_job_of_any_type_of_id_is_found_and_deleted_by_what_the_list_shows() {
    let bench = Bench::new().await;
    let operator = bench.operator();
    let odd: Vec<_> = of_every_kind()
        .into_iter()
        .filter(|(what, _)| what.starts_with("Pending _id "))
        .collect();
    insert(&bench, &odd).await;
    let listed = list(&operator, &JobFilter::default()).await;
    assert_eq!(listed.len(), odd.len());
    for job in listed {
        let is_text = !job.id.starts_with('{') && !["null", "true"].contains(&job.id.as_str());
        assert_eq!(job.state == JobState::Malformed, !is_text, "{job:?}");
        let selection = Selection::id(&job.id);
        let report = operator.delete_jobs(&selection, BulkOptions::default());
        assert_eq!(report.await.unwrap().changed, 1, "{job:?}");
    }
    assert_eq!(jobs(&bench).count_documents(doc! {}).await.unwrap(), 0);
}

/// Malformed documents that wait, and every fourth of those that run: each of these is rescued by
/// itself.
async fn insert_malformed(bench: &Bench) {
    let documents: Vec<_> = of_every_kind().into_iter().chain(huge()).collect();
    insert(bench, &documents).await;
    let mut sound = Vec::new();
    for (number, job) in list(&bench.operator(), &JobFilter::default())
        .await
        .iter()
        .enumerate()
    {
        let runs = job.id.starts_with("Running") && !job.id.contains("full");
        if job.state != JobState::Malformed || (runs && number % 4 > 0) {
            sound.push(job.id.clone());
        }
    }
    let removed = jobs(bench)
        .delete_many(doc! { "_id": { "$in": &sound } })
        .await;
    assert_eq!(removed.unwrap().deleted_count, sound.len() as u64);
}

#[tokio::test]
async fn a_worker_runs_its_jobs_and_rescues_others_beside_documents_of_every_kind() {
    for ageing in [None, Some(Duration::from_secs(10))] {
        let bench = Bench::with(|config| match ageing {
            Some(step) => config.ageing(step),
            None => config,
        })
        .await;
        insert_malformed(&bench).await;
        let sound = [
            sound("a sound one", "Pending"),
            sound("one of a dead worker", "Running"),
        ];
        jobs(&bench).insert_many(&sound).await.unwrap();
        let running = worker!(bench.storage::<Bson>(), 4, async |_: Bson| {});
        let late = bench.storage::<Bson>().enqueue(Bson::Int32(1)).await;
        for id in [
            "a sound one",
            "one of a dead worker",
            &late.unwrap().to_string(),
        ] {
            let id = TaskId::from_string(id.to_owned());
            bench.reaches(&id, JobState::Done).await;
        }
        let jobs = jobs(&bench);
        eventually("no document is left that is due or runs", async || {
            // By the server's order over all types; later than any date is for ever.
            let is_over = |field: &str| doc! { "$expr": { "$lt": [field, "$$NOW"] } };
            let due = doc! { "status": "Pending", "$and": [is_over("$run_at")] };
            let expired = doc! { "status": "Running", "$and": [is_over("$lease_until")] };
            let left = doc! { "queue": "test", "$or": [due, expired] };
            match jobs.count_documents(left.clone()).await.unwrap() {
                0 => Ok(()),
                count => {
                    let one = jobs
                        .find_one(left)
                        .projection(doc! { "args": 0, "last_error": 0 });
                    Err(format!("{count}, as {:?}", one.await))
                }
            }
        })
        .await;
        assert!(!running.has_ended());
        running.stop().await;
    }
}
