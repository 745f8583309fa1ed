//! What child processes do.

mod claim;
mod contention;
mod latency;
mod push;
mod tally;
mod work;

use tracing_subscriber::filter::LevelFilter;

use crate::child_task::{ChildTask, Task};

/// Does what `order` says, a [`ChildTask`] as JSON.
pub(crate) async fn fulfil(order: &str) -> anyhow::Result<()> {
    // The tracing layer of apalis is in the stack, as in production, and its spans go nowhere.
    tracing_subscriber::fmt()
        .with_max_level(LevelFilter::WARN)
        .with_writer(std::io::stderr)
        .init();
    let ChildTask {
        candidate,
        uri,
        settings,
        task,
    } = serde_json::from_str(order)?;
    match task {
        Task::Push {
            how,
            jobs,
            producers,
        } => {
            let queue = candidate.queue(&uri, &settings).await?;
            push::push(queue, how, jobs, producers).await
        }
        Task::Work { begin } => {
            let queue = candidate.queue(&uri, &settings).await?;
            work::work(queue, settings, &begin).await
        }
        Task::Latency { pushes } => {
            let queue = candidate.queue(&uri, &settings).await?;
            latency::latency(queue, settings, pushes).await
        }
        Task::Claim { jobs, begin } => claim::claim(candidate, &uri, settings, jobs, &begin).await,
    }
}
