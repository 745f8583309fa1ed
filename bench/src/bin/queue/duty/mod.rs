//! What child processes do.

mod claim;
mod contention;
mod latency;
mod push;
mod tally;
mod work;

use tracing_subscriber::filter::LevelFilter;

use crate::order::{Duty, Order};

/// Does what `order` says, an [`Order`] as JSON.
pub(crate) async fn fulfil(order: &str) -> anyhow::Result<()> {
    // The tracing layer of apalis is in the stack, as in production, and its spans go nowhere.
    tracing_subscriber::fmt()
        .with_max_level(LevelFilter::WARN)
        .with_writer(std::io::stderr)
        .init();
    let Order {
        contender,
        uri,
        settings,
        duty,
    } = serde_json::from_str(order)?;
    match duty {
        Duty::Push {
            how,
            jobs,
            producers,
        } => {
            let queue = contender.queue(&uri, &settings).await?;
            push::push(queue, how, jobs, producers).await
        }
        Duty::Work { begin } => {
            let queue = contender.queue(&uri, &settings).await?;
            work::work(queue, settings, &begin).await
        }
        Duty::Latency { pushes } => {
            let queue = contender.queue(&uri, &settings).await?;
            latency::latency(queue, settings, pushes).await
        }
        Duty::Claim { jobs, begin } => claim::claim(contender, &uri, settings, jobs, &begin).await,
    }
}
