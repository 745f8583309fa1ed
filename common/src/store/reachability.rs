//! Whether the primary answers, as one task of the process sees it.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};

use super::Store;

/// The pause between two pings.
const PING_EVERY: Duration = Duration::from_millis(500);

/// How long a ping may take, and for how long pings may fail before the primary counts as lost: a
/// quick election is nobody's concern.
const PATIENCE: Duration = Duration::from_millis(1500);

/// Tells when the primary has not answered for two seconds, so that whoever waits for it can be
/// told; the calls themselves go on until the driver ends them.
#[derive(Clone, Debug)]
pub struct Reachability(watch::Receiver<bool>);

impl Reachability {
    /// Starts to ping the primary of `store`; the task ends with the last clone of the result.
    pub fn watch(store: Store) -> Self {
        let (sender, receiver) = watch::channel(true);
        tokio::spawn(async move {
            tokio::select! {
                () = ping_for_ever(&store, &sender) => {}
                () = sender.closed() => {}
            }
        });
        Self(receiver)
    }

    /// Waits until the primary is lost; returns at once when it is.
    pub async fn lost(&mut self) {
        if self.0.wait_for(|is_reachable| !is_reachable).await.is_err() {
            // Nobody pings any more, as at the end of the process.
            std::future::pending().await
        }
    }
}

async fn ping_for_ever(store: &Store, reachable: &watch::Sender<bool>) {
    let mut answered_at = Instant::now();
    loop {
        if answers(store).await {
            answered_at = Instant::now();
        }
        let is_reachable = answered_at.elapsed() < PATIENCE;
        let changed =
            reachable.send_if_modified(|was| std::mem::replace(was, is_reachable) != is_reachable);
        match (changed, is_reachable) {
            (true, true) => tracing::info!("the primary of the database answers again"),
            (true, false) => tracing::error!(
                "the primary of the database does not answer; requests that need it are told so"
            ),
            (false, _) => {}
        }
        sleep(PING_EVERY).await;
    }
}

/// A ping that is late is given up. It belongs to no session, and the driver closes a connection
/// whose command did not end.
async fn answers(store: &Store) -> bool {
    let store = store.clone();
    let mut ping = tokio::spawn(async move { store.ping().await });
    let answer = timeout(PATIENCE, &mut ping).await;
    if answer.is_err() {
        ping.abort();
    }
    matches!(answer, Ok(Ok(Ok(()))))
}
