//! The rest of apalis works on this backend: middleware, workflows, cron, the board.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::time::Duration;

use apalis::layers::opentelemetry::OpenTelemetryMetricsLayer;
use apalis::layers::prometheus::PrometheusLayer;
use apalis::layers::retry::RetryPolicy;
use apalis_core::backend::TaskSink;
use apalis_core::task::task_fn::task_fn;
use apalis_core::worker::builder::WorkerBuilder;
use apalis_core::worker::context::WorkerContext;
use apalis_core::worker::ext::event_listener::EventListenerExt;
use apalis_core::worker::ext::long_running::LongRunningExt;
use apalis_core::worker::ext::parallelize::ParallelizeExt;
use apalis_cron::{CronScheduler, Tick};
use apalis_mongodb::{JobHandle, JobState};
use apalis_workflow::{GraphFlow, SteppedFlow, WorkflowSink};
use metrics_exporter_prometheus::PrometheusBuilder;
use mongodb::bson::Bson;
use tokio::time::timeout;

use crate::harness::{Bench, Notes};
use crate::worker;

const LIMIT: Duration = Duration::from_secs(30);

#[tokio::test]
async fn the_whole_middleware_stack_works_together() {
    // The whole test runs on this thread, the worker too.
    let recorder = PrometheusBuilder::new().build_recorder();
    let _recording = metrics::set_default_local_recorder(&recorder);
    let bench = Bench::new().await;
    let id = bench.storage::<u32>().enqueue(1).await.unwrap();
    let running = worker!(
        bench.storage::<u32>(),
        2,
        async |_: u32, job: JobHandle, _worker: WorkerContext| {
            if job.attempt() == 1 {
                Err("once")
            } else {
                Ok(())
            }
        },
        |builder| builder
            .layer(PrometheusLayer::default())
            .layer(OpenTelemetryMetricsLayer::default())
            .retry(RetryPolicy::retries(1))
            .timeout(Duration::from_secs(5))
            .enable_tracing()
            .catch_panic()
            .long_running()
            .parallelize(tokio::spawn)
            .on_event(|_, _| {})
    );
    let job = bench.reaches(&id, JobState::Done).await;
    assert!(job.history.len() <= 2);
    running.stop().await;
    let exposition = recorder.handle().render();
    for metric in [
        r#"tasks_total{worker="worker",queue="u32",status="Ok"} 1"#,
        r#"apalis_mongodb_settled_total{queue="test",outcome="done"} 1"#,
    ] {
        assert!(
            exposition.contains(metric),
            "{metric} is not in {exposition}"
        );
    }
}

#[tokio::test]
async fn a_stepped_workflow_runs_its_steps_delays_and_collections_in_order() {
    let bench = Bench::new().await;
    let notes = Notes::default();
    let seen = notes.clone();
    let flow = SteppedFlow::new("steps")
        .and_then(async |number: u32| number + 1)
        .delay_for(Duration::from_millis(300))
        .and_then(async |number: u32| (0..number).collect::<Vec<_>>())
        .filter_map(async |number: u32| number.is_multiple_of(2).then_some(number))
        .and_then(move |evens: Vec<u32>| {
            let notes = seen.clone();
            async move { notes.add(format!("{evens:?}")) }
        });
    let mut storage = bench.storage::<u32>();
    storage.push_start(4).await.unwrap();
    let context = WorkerContext::new("flow");
    let worker = WorkerBuilder::new(&context).backend(storage).build(flow);
    let running = crate::harness::Running::new(context, worker.run());
    assert_eq!(notes.reach(1).await, ["[0, 2, 4]"]);
    running.stop().await;
}

#[tokio::test]
async fn a_graph_fans_out_and_in() {
    let bench = Bench::new().await;
    let notes = Notes::default();
    let seen = notes.clone();
    let graph = GraphFlow::new("graph");
    let source = graph.add_node("source", task_fn(async |n: u32| n as usize));
    let plus = graph
        .add_node("plus", task_fn(async |n: usize| n + 1))
        .depends_on(&source);
    let times = graph
        .add_node("times", task_fn(async |n: usize| n * 2))
        .depends_on(&source);
    let _end = graph
        .add_node(
            "end",
            task_fn(move |(plus, times): (usize, usize)| {
                let notes = seen.clone();
                async move {
                    notes.add(format!("{plus} {times}"));
                    plus + times
                }
            }),
        )
        .depends_on((&plus, &times));
    let mut storage = bench.storage::<Bson>();
    storage.push_start(42_u32).await.unwrap();
    let context = WorkerContext::new("graph");
    let worker = WorkerBuilder::new(&context).backend(storage).build(graph);
    let running = crate::harness::Running::new(context, worker.run());
    assert_eq!(notes.reach(1).await, ["43 84"]);
    running.stop().await;
}

#[tokio::test]
async fn a_cron_schedule_is_piped_into_the_store() {
    let bench = Bench::new().await;
    let schedule = cron_every_second();
    let backend = {
        use apalis_core::backend::ext::BackendExt;
        CronScheduler::new(schedule).pipe_to(bench.storage::<Tick>())
    };
    let notes = Notes::default();
    let seen = notes.clone();
    let context = WorkerContext::new("cron");
    let worker = WorkerBuilder::new(&context)
        .backend(backend)
        .build(move |_: Tick| {
            let notes = seen.clone();
            async move { notes.add("tick") }
        });
    let running = crate::harness::Running::new(context, worker.run());
    notes.reach(2).await;
    running.stop().await;
}

fn cron_every_second() -> cron::Schedule {
    cron::Schedule::from_str("* * * * * *").expect("a valid schedule")
}

#[tokio::test]
async fn the_board_lists_queues_and_takes_jobs() {
    use apalis_board::axum::framework::{ApiBuilder, RegisterRoute};
    let bench = Bench::new().await;
    let mut storage = bench.storage::<BTreeMap<String, u32>>();
    storage
        .push(BTreeMap::from([("answer".to_owned(), 42)]))
        .await
        .unwrap();
    let api = ApiBuilder::new(axum::Router::new())
        .register("test", storage)
        .build();
    let app = axum::Router::new().nest("/api/v1", api);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move { axum::serve(listener, app).await });
    let get = async |path: &str| {
        let url = format!("http://{address}/api/v1{path}");
        let answer = timeout(LIMIT, reqwest::get(&url)).await.unwrap().unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    let (status, queues) = get("/queues").await;
    assert_eq!(status, 200, "{queues}");
    assert!(queues.contains("test"));
    let (status, tasks) = get("/queues/test/tasks?page=1&status=Pending").await;
    assert_eq!(status, 200, "{tasks}");
    assert!(tasks.contains("answer"), "{tasks}");
    server.abort();
}
