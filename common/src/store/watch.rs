//! Waiting for a document to change: woken by the database, with re-reading as the truth.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use mongodb::bson::{Document, doc};
use mongodb::change_stream::event::ChangeStreamEvent;
use tokio::sync::broadcast;

use super::{Store, collection};

/// How many wake-ups a slow waiter may fall behind before it re-reads instead.
const REMEMBERED_CHANGES: usize = 4096;

/// How long the server holds an idle `getMore` open.
const MAX_AWAIT: Duration = Duration::from_secs(10);

/// The pause before a broken stream is opened again.
const REOPEN_AFTER: Duration = Duration::from_secs(1);

/// Tells waiters of this process which links and files were changed by others.
///
/// One change stream serves the whole process. A wake-up is a hint that can be missed; waiters
/// re-read now and then, which alone would be enough.
#[derive(Clone, Debug)]
pub struct Changes(broadcast::Sender<Arc<str>>);

/// One waiter's subscription; created before the write whose consequence is waited for.
#[derive(Debug)]
pub struct ChangeSubscription(broadcast::Receiver<Arc<str>>);

impl Changes {
    /// Starts to watch `store`; the task ends with the last clone of the result.
    pub fn watch(store: Store) -> Self {
        let (sender, _) = broadcast::channel(REMEMBERED_CHANGES);
        let weak = sender.downgrade();
        tokio::spawn(async move {
            while weak.strong_count() > 0 {
                forward(&store, &weak).await;
                tokio::time::sleep(REOPEN_AFTER).await;
            }
        });
        Self(sender)
    }

    /// Reports every change from now on.
    pub fn subscribe(&self) -> ChangeSubscription {
        ChangeSubscription(self.0.subscribe())
    }
}

impl ChangeSubscription {
    /// Waits until the document `id` may have changed, or `limit` has passed.
    pub async fn wait_for(&mut self, id: &str, limit: Duration) {
        self.wait_for_any(|changed| changed == id, limit).await;
    }

    /// Waits until a document whose id `is_wanted` may have changed, or `limit` has passed. A call may be given up
    /// and made again.
    pub async fn wait_for_any(&mut self, is_wanted: impl Fn(&str) -> bool, limit: Duration) {
        let arrived = async {
            loop {
                match self.0.recv().await {
                    Ok(changed) if is_wanted(&changed) => return,
                    Ok(_) => {}
                    Err(broadcast::error::RecvError::Lagged(_)) => return,
                    Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
                }
            }
        };
        // Only a channel is waited on here, no driver future.
        let _ = tokio::time::timeout(limit, arrived).await;
    }
}

async fn forward(store: &Store, listeners: &broadcast::WeakSender<Arc<str>>) {
    let pipeline = [
        doc! { "$match": {
            "operationType": "update",
            "ns.coll": { "$in": [collection::LINKS, collection::FILES] },
        } },
        doc! { "$project": { "documentKey": 1, "ns": 1, "operationType": 1 } },
    ];
    let opened = store
        .database
        .watch()
        .pipeline(pipeline)
        .max_await_time(MAX_AWAIT)
        .await;
    let mut stream = match opened {
        Ok(stream) => stream,
        Err(error) => {
            tracing::warn!(error = %error.kind, "cannot listen to changes; waiting requests re-read instead");
            return;
        }
    };
    while let Some(event) = stream.next().await {
        match event {
            Ok(event) => {
                let Some(sender) = listeners.upgrade() else {
                    return;
                };
                if let Some(id) = changed_id(&event) {
                    let _ = sender.send(id.into());
                }
            }
            Err(error) => {
                tracing::warn!(error = %error.kind, "listening to changes was interrupted; opening it again");
                return;
            }
        }
    }
}

fn changed_id(event: &ChangeStreamEvent<Document>) -> Option<&str> {
    event.document_key.as_ref()?.get_str("_id").ok()
}
