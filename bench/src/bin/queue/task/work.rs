//! One worker process: runs jobs until it is killed, and tells how far it is.

use std::path::Path;
use std::sync::Arc;

use super::contention::Contention;
use super::tally::Counter;
use crate::arguments::Settings;
use crate::candidate::Queue;
use crate::child_task::{ChildReport, report_line};
use crate::gate;

pub(super) async fn work(
    queue: Arc<dyn Queue>,
    settings: Settings,
    begin: &Path,
) -> anyhow::Result<()> {
    let contention = Contention::listen()?;
    let counter = Arc::new(Counter::default());
    report_line(&ChildReport::Ready {})?;
    gate::wait_at(begin).await;
    // On a task of its own: some backends ask their store whenever their task is woken, and
    // telling wakes this one.
    let observer = counter.observer();
    let working = tokio::spawn(async move { queue.work(settings, observer).await });
    tokio::select! {
        ended = working => ended?,
        told = counter.tell(&contention) => told,
    }
}
