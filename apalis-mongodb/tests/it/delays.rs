//! Nothing starts before its time, though apalis cuts times to whole seconds.

use std::time::{Duration, Instant};

use apalis_core::backend::{FetchById, TaskSink, Update};
use apalis_core::task::builder::TaskBuilder;
use apalis_core::worker::builder::WorkerBuilder;
use apalis_core::worker::context::WorkerContext;
use apalis_mongodb::{JobFilter, NewJob};
use apalis_workflow::{SteppedFlow, WorkflowSink};

use crate::harness::{Bench, Notes, Running};
use crate::worker;

const PAUSE: Duration = Duration::from_millis(300);

#[tokio::test]
async fn a_pause_of_a_workflow_below_a_second_is_never_cut_short() {
    let bench = Bench::new().await;
    let notes = Notes::default();
    let seen = notes.clone();
    let flow = SteppedFlow::new("pause")
        .and_then(async |_: u32| began().elapsed().as_millis() as u64)
        .delay_for(PAUSE)
        .and_then(move |before_ms: u64| {
            let notes = seen.clone();
            async move {
                let paused = began().elapsed().as_millis() as u64 - before_ms;
                notes.add(paused.to_string());
            }
        });
    let mut storage = bench.storage::<u32>();
    for number in 0..5 {
        storage.push_start(number).await.unwrap();
    }
    let context = WorkerContext::new("flow");
    let worker = WorkerBuilder::new(&context).backend(storage).build(flow);
    let running = Running::new(context, worker.run());
    for paused in notes.reach(5).await {
        let paused = Duration::from_millis(paused.parse().unwrap());
        assert!(paused >= PAUSE, "it was {paused:?} long");
    }
    running.stop().await;
}

/// A moment that all steps of a process know.
fn began() -> Instant {
    static BEGAN: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    *BEGAN.get_or_init(Instant::now)
}

#[tokio::test]
async fn a_task_for_in_300_ms_starts_no_earlier_and_is_due_a_second_later_at_most() {
    let bench = Bench::new().await;
    let notes = Notes::default();
    let seen = notes.clone();
    let running = worker!(bench.storage::<u64>(), 4, move |pushed_ms: u64| {
        let notes = seen.clone();
        async move { notes.add((began().elapsed().as_millis() as u64 - pushed_ms).to_string()) }
    });
    let mut storage = bench.storage::<u64>();
    for _ in 0..5 {
        let task = TaskBuilder::new(began().elapsed().as_millis() as u64).run_after(PAUSE);
        storage.push_task(task.build()).await.unwrap();
    }
    for waited in notes.reach(5).await {
        let waited = Duration::from_millis(waited.parse().unwrap());
        assert!(waited >= PAUSE, "it waited {waited:?}");
    }
    running.stop().await;
    let (operator, filter) = (bench.operator(), JobFilter::queue("test"));
    let page = operator.list_jobs(&filter, None, 10).await.unwrap();
    for job in page.items {
        let job = bench.job(job.id).await;
        let later = job.run_at.saturating_duration_since(job.created_at);
        assert!(later <= PAUSE + Duration::from_millis(1500), "{later:?}");
    }
}

#[tokio::test]
async fn a_task_that_is_read_and_written_back_keeps_its_time_to_the_millisecond() {
    let bench = Bench::new().await;
    let mut storage = bench.storage::<u32>();
    let job = NewJob::new(1).run_in(Duration::from_millis(60_700));
    let id = storage.enqueue(job).await.unwrap().into_id();
    let before = bench.job(&id).await.run_at;
    let task = storage.fetch_by_id(&id).await.unwrap().unwrap();
    storage.update(task).await.unwrap();
    assert_eq!(bench.job(&id).await.run_at, before);
    let mut task = storage.fetch_by_id(&id).await.unwrap().unwrap();
    let at = task.run_at().unwrap() + 5;
    task = TaskBuilder::new(task.args.clone())
        .task_id(id.clone())
        .run_at_timestamp(at)
        .build();
    storage.update(task).await.unwrap();
    let after = bench.job(&id).await.run_at.timestamp_millis();
    assert_eq!(u64::try_from(after).unwrap(), at * 1000);
}
