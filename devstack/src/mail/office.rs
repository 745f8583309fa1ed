//! What all connections that bring mail share.

use std::sync::Arc;

use tokio::sync::watch;

use super::behaviour::Behaviour;
use super::mailbox::Mailbox;

/// Where mail goes, how it is treated, and how many senders are kept waiting.
#[derive(Debug, Clone)]
pub(super) struct Office {
    pub(super) mailbox: Mailbox,
    pub(super) behaviour: watch::Receiver<Behaviour>,
    pub(super) kept_waiting: Arc<watch::Sender<usize>>,
}

impl Office {
    /// Counts a sender as kept waiting until the guard is dropped.
    pub(super) fn keep_waiting(&self) -> KeptWaiting {
        self.kept_waiting.send_modify(|count| *count += 1);
        KeptWaiting(self.kept_waiting.clone())
    }
}

/// A sender who waits for the answer to a mail.
#[derive(Debug)]
pub(super) struct KeptWaiting(Arc<watch::Sender<usize>>);

impl Drop for KeptWaiting {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}
