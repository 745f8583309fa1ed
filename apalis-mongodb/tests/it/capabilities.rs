//! Every capability trait of apalis-core does what it says.

use std::time::Duration;

use apalis_core::backend::factory::BackendFactory;
use apalis_core::backend::{
    FetchById, Filter, ListAllTasks, ListQueues, ListTasks, ListWorkers, Metrics, RegisterWorker,
    Reschedule, ResumeAbandoned, ResumeById, TaskSink, TryNewBackend, Update, Vacuum,
    WaitForCompletion,
};
use apalis_core::error::AbortError;
use apalis_core::task::builder::TaskBuilder;
use apalis_core::task::status::Status;
use apalis_core::task::task_id::TaskId;
use apalis_mongodb::{
    Config, Enqueued, Error, JobState, MongoStorage, MongoStorageFactory, NewJob,
};
use futures_util::{StreamExt, TryStreamExt};
use mongodb::bson::{Bson, doc};

use crate::harness::Bench;
use crate::worker;

#[tokio::test]
async fn every_way_of_pushing_reaches_the_queue() {
    let bench = Bench::new().await;
    let mut storage = bench.storage::<u32>();
    storage.push(1).await.unwrap();
    storage.push_bulk((0..2500).collect()).await.unwrap();
    storage
        .push_stream(futures_util::stream::iter([1, 2]))
        .await
        .unwrap();
    let task = TaskBuilder::new(7)
        .task_id(TaskId::from_string("chosen"))
        .priority(3)
        .max_attempts(4)
        .idempotency_key("k")
        .run_after(Duration::from_secs(100))
        .build();
    storage.push_task(task.clone()).await.unwrap();
    storage
        .push_all(futures_util::stream::iter([task]))
        .await
        .unwrap();
    bench.counts(JobState::Ready, 2503).await;
    let job = bench.job("chosen").await;
    assert_eq!(job.state, JobState::Scheduled);
    assert_eq!((job.priority, job.max_attempts), (3, 4));
    assert_eq!(job.payload, Bson::Int64(7));
}

#[tokio::test]
async fn a_job_is_fetched_updated_rescheduled_and_listed() {
    let bench = Bench::new().await;
    let mut storage = bench.storage::<u32>();
    let id = storage
        .enqueue(NewJob::new(1).metadata("trace.id", "x"))
        .await
        .unwrap();
    let task = storage.fetch_by_id(id.id()).await.unwrap().unwrap();
    assert_eq!(task.metadata().get("trace.id"), Some("x"));
    assert_eq!(task.status(), Status::Pending);

    let changed = task
        .clone()
        .map_args(|_| Bson::Int64(2))
        .into_builder()
        .priority(9)
        .build();
    storage.update(changed).await.unwrap();
    let job = bench.job(&id).await;
    assert_eq!((job.payload, job.priority), (Bson::Int64(2), 9));

    storage
        .reschedule(task.clone(), Duration::from_secs(60))
        .await
        .unwrap();
    assert_eq!(bench.job(&id).await.state, JobState::Scheduled);

    let filter = Filter {
        status: Some(Status::Pending),
        page: 1,
        page_size: Some(5),
    };
    assert_eq!(storage.list_tasks(&filter).await.unwrap().len(), 1);
    assert_eq!(storage.list_all_tasks(&filter).await.unwrap().len(), 1);
    let none = Filter {
        status: Some(Status::Done),
        page: 1,
        page_size: None,
    };
    assert!(storage.list_tasks(&none).await.unwrap().is_empty());
    assert!(
        storage
            .fetch_by_id(&TaskId::from_string("none"))
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn a_finished_job_that_is_rescheduled_has_its_unique_key_again() {
    let bench = Bench::new().await;
    let mut storage = bench.storage::<u32>();
    let keyed = |number| NewJob::new(number).unique_key("order-17");
    let first = storage.enqueue(keyed(1)).await.unwrap().into_id();
    let running = worker!(bench.storage::<u32>(), 1, async |_: u32| {});
    bench.reaches(&first, JobState::Done).await;
    running.stop().await;
    let task = storage.fetch_by_id(&first).await.unwrap().unwrap();
    let hour = Duration::from_secs(3600);
    storage.reschedule(task.clone(), hour).await.unwrap();
    let again = storage.enqueue(keyed(2)).await.unwrap();
    assert_eq!((again.id(), again.is_new()), (&first, false));

    let running = worker!(bench.storage::<u32>(), 1, async |_: u32| {});
    storage
        .reschedule(task.clone(), Duration::ZERO)
        .await
        .unwrap();
    bench.reaches(&first, JobState::Done).await;
    running.stop().await;
    let second = storage.enqueue(keyed(3)).await.unwrap();
    assert_ne!(second.id(), &first);
    assert!(second.is_new());
    let refused = storage.reschedule(task, hour).await.unwrap_err();
    assert!(matches!(refused, Error::KeyTaken(id) if id == first.to_string()));
    assert_eq!(bench.job(&first).await.state, JobState::Done);
}

#[tokio::test]
async fn a_dead_job_is_resumed_by_its_id_and_only_then() {
    let bench = Bench::new().await;
    let mut storage = bench.storage::<u32>();
    let id = storage.enqueue(1).await.unwrap().into_id();
    assert!(!storage.resume_by_id(id.clone()).await.unwrap());
    let running = worker!(bench.storage::<u32>(), 1, async |_: u32| {
        Err::<(), _>(AbortError::new("no"))
    });
    bench.reaches(&id, JobState::Dead).await;
    running.stop().await;
    assert!(storage.resume_by_id(id.clone()).await.unwrap());
    assert_eq!(bench.job(&id).await.state, JobState::Ready);
    assert_eq!(storage.resume_abandoned().await.unwrap(), 0);
}

#[tokio::test]
async fn results_arrive_as_jobs_finish() {
    let bench = Bench::new().await;
    let mut storage = bench.storage::<u32>();
    let running = worker!(bench.storage::<u32>(), 2, async |number: u32| {
        if number == 3 {
            Err(AbortError::new("three"))
        } else {
            Ok(number * 2)
        }
    });
    let jobs = [1, 2, 3].map(NewJob::new);
    let enqueued = storage.enqueue_many(jobs).await.unwrap();
    let ids: Vec<_> = enqueued.into_iter().map(Enqueued::into_id).collect();
    let results = WaitForCompletion::<u32>::wait_for(&mut storage, ids.clone());
    let mut results: Vec<_> = results.try_collect().await.unwrap();
    results.sort_by(|a, b| a.task_id.cmp(&b.task_id));
    let values: Vec<_> = results
        .iter()
        .map(|r| (r.status.clone(), r.result.clone()))
        .collect();
    assert_eq!(
        values,
        [
            (Status::Done, Ok(2)),
            (Status::Done, Ok(4)),
            (Status::Failed, Err("three".to_owned()))
        ]
    );
    let known: Vec<apalis_core::backend::TaskResult<u32>> =
        storage.check_status(ids).await.unwrap();
    assert_eq!(known.len(), 3);
    running.stop().await;
}

#[tokio::test]
async fn statistics_queues_and_workers_are_listed() {
    let bench = Bench::new().await;
    let mut storage = bench.storage::<u32>();
    let id = storage.enqueue(1).await.unwrap().into_id();
    storage.register_worker("visitor".into()).await.unwrap();
    let running = worker!(bench.storage::<u32>(), 1, async |_: u32| {});
    bench.reaches(&id, JobState::Done).await;
    storage
        .enqueue(NewJob::new(2).run_in(Duration::from_secs(60)))
        .await
        .unwrap();
    let of_queue = storage.fetch_by_queue().await.unwrap();
    let value = |title: &str| {
        of_queue
            .iter()
            .find(|s| s.title == title)
            .map(|s| s.value.clone())
    };
    assert_eq!(value("DONE_JOBS").as_deref(), Some("1"));
    assert_eq!(value("PENDING_JOBS").as_deref(), Some("1"));
    assert!(!storage.global().await.unwrap().is_empty());
    let queues = storage.list_queues().await.unwrap();
    assert_eq!(queues[0].activity, [0, 0, 0, 0, 0, 0, 1]);
    let workers = storage.list_workers().await.unwrap();
    assert!(workers.iter().any(|w| w.id == "visitor"));
    assert_eq!(
        storage.list_all_workers().await.unwrap().len(),
        workers.len()
    );
    running.stop().await;
}

#[tokio::test]
async fn a_vacuum_removes_what_is_done_and_keeps_what_is_dead() {
    let bench = Bench::new().await;
    let mut storage = bench.storage::<u32>();
    let running = worker!(bench.storage::<u32>(), 1, async |number: u32| {
        if number == 1 {
            Err(AbortError::new("no"))
        } else {
            Ok(())
        }
    });
    storage
        .enqueue_many([0, 1, 2].map(NewJob::new))
        .await
        .unwrap();
    bench.counts(JobState::Done, 2).await;
    bench.counts(JobState::Dead, 1).await;
    running.stop().await;
    assert_eq!(
        storage
            .vacuum_before(Duration::from_secs(60))
            .await
            .unwrap(),
        0
    );
    assert_eq!(storage.vacuum().await.unwrap(), 2);
    bench.counts(JobState::Dead, 1).await;
}

#[tokio::test]
async fn a_storage_is_made_from_its_configuration_and_by_a_factory() {
    let bench = Bench::new().await;
    let config = bench.config.clone().database_uri(bench.uri());
    let mut made = MongoStorage::<u32>::try_new(config).unwrap();
    made.push(1).await.unwrap();
    let mut factory = MongoStorageFactory::new(bench.db());
    let mut of_factory: MongoStorage<u32> =
        factory.create_with_config(bench.config.clone()).unwrap();
    of_factory.push(2).await.unwrap();
    bench.counts(JobState::Ready, 2).await;
    assert!(MongoStorage::<u32>::try_new(Config::new("test")).is_err());
    assert!(BackendFactory::<u32>::create_with_config(&mut factory, Config::new("No!")).is_err());
    let stream = WaitForCompletion::<u32>::wait_for(&mut made, []);
    assert_eq!(stream.count().await, 0);
}

#[tokio::test]
async fn of_the_jobs_waited_for_one_that_is_malformed_has_failed_and_the_others_are_told() {
    let bench = Bench::new().await;
    let mut storage = bench.storage::<u32>();
    let jobs = bench.db().collection("apalis_jobs");
    let malformed = doc! { "_id": "foreign", "queue": "test", "status": "Failed" };
    jobs.insert_one(malformed).await.unwrap();
    let good = storage.enqueue(1).await.unwrap().into_id();
    let ids = [TaskId::from_string("foreign".to_owned()), good];
    let results = WaitForCompletion::<u32>::wait_for(&mut storage, ids);
    let running = worker!(bench.storage::<u32>(), 1, async |number: u32| number);
    let told = tokio::time::timeout(Duration::from_secs(60), results.try_collect::<Vec<_>>());
    let told = told.await.expect("the wait ends").unwrap();
    let text = told[0].result.clone().unwrap_err();
    assert!(text.contains("foreign cannot be read"), "{text}");
    assert_eq!(told[1].result, Ok(1));
    running.stop().await;
}
