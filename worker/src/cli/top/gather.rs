//! Asks the store, again and again, never longer than a deadline allows.

use std::sync::Arc;
use std::time::Duration;

use dossier_common::overview::Overview;
use dossier_common::queue::QueueName;
use dossier_common::store::Store;
use tokio::sync::{Notify, mpsc};
use tokio::time::timeout;

use crate::cli::queues::{pause, resume};

/// The database has so long to answer.
const GATHER_LIMIT: Duration = Duration::from_secs(3);

/// So long it has to pause or resume a queue.
const CHANGE_LIMIT: Duration = Duration::from_secs(10);

/// What came from the store.
#[derive(Debug)]
pub(super) enum News {
    /// How things are, or why that is not known.
    Overview(Result<Box<Overview>, String>),
    /// What became of a change.
    Changed(String),
}

/// Sends how things are, every `interval` and whenever it is asked for by `refresh`, until nobody receives
/// it any more.
pub(super) async fn gather(
    store: Store,
    interval: Duration,
    refresh: Arc<Notify>,
    news: mpsc::Sender<News>,
) {
    loop {
        let gathered = Overview::gather(&store, GATHER_LIMIT).await;
        let gathered = gathered.map(Box::new).map_err(|error| error.to_string());
        if news.send(News::Overview(gathered)).await.is_err() {
            return;
        }
        tokio::select! {
            () = tokio::time::sleep(interval) => {}
            () = refresh.notified() => {}
            () = news.closed() => return,
        }
    }
}

/// Pauses or resumes `queue`, and sends what became of it.
pub(super) async fn change(
    store: Store,
    queue: QueueName,
    pauses: bool,
    refresh: Arc<Notify>,
    news: mpsc::Sender<News>,
) {
    // In a task of its own: the driver's futures must not be dropped half-way.
    let changing = tokio::spawn(async move {
        match pauses {
            true => pause(&store, queue.as_str()).await,
            false => resume(&store, queue.as_str()).await,
        }
    });
    let told = match timeout(CHANGE_LIMIT, changing).await {
        Ok(Ok(Ok(told))) => told,
        Ok(Ok(Err(error))) => format!("{queue} was not changed: {error}"),
        Ok(Err(error)) => format!("{queue} may not have been changed: {error}"),
        Err(_) => format!("{queue}: no answer within {CHANGE_LIMIT:?}, it may be changed or not"),
    };
    refresh.notify_one();
    // Nobody receives it when the program ends.
    let _ = news.send(News::Changed(told)).await;
}
