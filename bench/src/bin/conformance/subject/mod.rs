//! The backends, each in the liveliest form that its own documentation shows.

pub(crate) mod mongodb;
pub(crate) mod postgres;
pub(crate) mod redis;
pub(crate) mod sqlite;

use std::time::Duration;

/// How long a server is away when a case asks for that.
const OUTAGE: Duration = Duration::from_secs(2);

/// Runs a workflow over `0..count` on a backend with `u32`, and returns what it collected.
macro_rules! collect {
    ($backend:expr, $count:expr, $fails_first:expr) => {{
        use std::sync::Arc;
        use std::sync::atomic::{AtomicBool, Ordering};

        use apalis::prelude::{BoxDynError, WorkerBuilder, WorkerBuilderExt as _};
        use apalis_workflow::{SteppedFlow, WorkflowSink as _};
        let fails_next = Arc::new(AtomicBool::new($fails_first));
        let (collected, mut outcome) = tokio::sync::mpsc::unbounded_channel();
        let flow = SteppedFlow::new("collect")
            .and_then(async |count: u32| (0..count).collect::<Vec<_>>())
            .filter_map(move |number: u32| {
                let fails = number == 0 && fails_next.swap(false, Ordering::Relaxed);
                async move {
                    if fails {
                        return Err(BoxDynError::from("not yet"));
                    }
                    Ok(Some(number))
                }
            })
            .and_then(move |numbers: Vec<u32>| {
                let sent = collected.send(numbers);
                async move { sent.is_ok() }
            });
        let mut backend = $backend;
        backend.push_start($count).await?;
        let worker = WorkerBuilder::new("flow").backend(backend).concurrency(1);
        tokio::select! {
            end = worker.build(flow).run() => {
                Err(CaseError::failed(format!("the worker ended: {end:?}")))
            }
            numbers = outcome.recv() => {
                numbers.ok_or_else(|| CaseError::failed("the workflow is gone"))
            }
        }
    }};
}
use collect;
