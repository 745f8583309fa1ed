//! What child processes do.

mod claim;
mod contention;
mod latency;
mod push;
mod tally;
mod work;

use tracing_subscriber::filter::LevelFilter;

use crate::order::{Duty, Order};

/// Does what `order` says.
pub(crate) async fn fulfil(order: Order) -> anyhow::Result<()> {
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
    } = order;
    match duty {
        Duty::Claim { jobs, begin } => {
            return claim::claim(contender, &uri, settings, jobs, &begin).await;
        }
        Duty::Push { .. } | Duty::Work { .. } | Duty::Latency { .. } => {}
    }
    let queue = contender.queue(&uri, &settings).await?;
    match duty {
        Duty::Push {
            how,
            jobs,
            producers,
        } => push::push(queue, how, jobs, producers).await,
        Duty::Work { begin } => work::work(&*queue, settings, &begin).await,
        Duty::Latency { pushes } => latency::latency(queue, settings, pushes).await,
        Duty::Claim { .. } => Ok(()),
    }
}
