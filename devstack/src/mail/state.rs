//! What all connections that bring mail share.

use std::sync::Arc;

use tokio::sync::watch;

use super::behaviour::Behaviour;
use super::encryption::Encryption;
use super::mailbox::Mailbox;

/// Where mail goes, how it is treated, and how many senders are kept waiting.
#[derive(Debug, Clone)]
pub(super) struct SmtpState {
    pub(super) mailbox: Mailbox,
    pub(super) behaviour: watch::Receiver<Behaviour>,
    pub(super) stalled_senders: Arc<watch::Sender<usize>>,
    pub(super) encryption: Option<Encryption>,
}

impl SmtpState {
    /// Counts a sender as kept waiting until the guard is dropped.
    pub(super) fn count_stalled(&self) -> StalledSender {
        self.stalled_senders.send_modify(|count| *count += 1);
        StalledSender(self.stalled_senders.clone())
    }
}

/// A sender who waits for the answer to a mail.
#[derive(Debug)]
pub(super) struct StalledSender(Arc<watch::Sender<usize>>);

impl Drop for StalledSender {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}
