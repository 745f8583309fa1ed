//! What operators see of jobs, through the worker's command line.

use std::time::{Duration, Instant};

use dossier_devstack::stack::Stack;
use serde_json::Value;

use crate::harness::PATIENCE;

/// All jobs of a queue.
pub(crate) async fn jobs_of(stack: &Stack, queue: &str) -> Vec<Value> {
    let listed = stack
        .worker_command(&["jobs", "list", "--queue", queue, "--limit", "200", "--json"])
        .await;
    let listed = listed.expect("the jobs can be listed");
    let parsed: Value =
        serde_json::from_str(&listed).unwrap_or_else(|error| panic!("{error}: {listed}"));
    let items = parsed.get("items").unwrap_or(&parsed);
    items
        .as_array()
        .unwrap_or_else(|| panic!("no list of jobs: {listed}"))
        .clone()
}

/// Waits until a queue has exactly one job, and that in a state.
pub(crate) async fn the_job_in_state(stack: &Stack, queue: &str, state: &str) -> Value {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let jobs = jobs_of(stack, queue).await;
        assert!(jobs.len() <= 1, "more than one job: {jobs:#?}");
        match jobs.into_iter().next() {
            Some(job) if job["state"] == state => return job,
            last => assert!(Instant::now() < deadline, "it is not {state}: {last:#?}"),
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// What `jobs show` says about a job, for people.
pub(crate) async fn shown(stack: &Stack, id: &str) -> String {
    stack
        .worker_command(&["jobs", "show", id])
        .await
        .expect("the job can be shown")
}

pub(crate) fn id(job: &Value) -> &str {
    job["id"].as_str().expect("a job has an id")
}
