//! The mails that were taken, newest last, within bounds.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;

use super::message::{Envelope, Message};

/// More mails than this push the oldest out.
const CAPACITY: usize = 1000;

#[derive(Debug, Default)]
struct Messages {
    messages: VecDeque<Arc<Message>>,
    taken: u64,
}

/// A mailbox shared by the mail server, its inbox and tests.
#[derive(Debug, Clone, Default)]
pub struct Mailbox {
    stored: Arc<Mutex<Messages>>,
    arrivals: Arc<watch::Sender<u64>>,
}

impl Mailbox {
    /// Keeps a mail.
    #[allow(
        clippy::disallowed_methods,
        reason = "a mail server of the real world runs on its clock"
    )]
    pub(super) fn keep(&self, envelope: &Envelope, raw: &[u8]) {
        let taken = {
            let mut stored = self.stored();
            stored.taken += 1;
            let message = Message::read(stored.taken, envelope, raw, Timestamp::now());
            stored.messages.push_back(Arc::new(message));
            if stored.messages.len() > CAPACITY {
                stored.messages.pop_front();
            }
            stored.taken
        };
        self.arrivals.send_replace(taken);
    }

    /// All mails, newest last.
    #[must_use]
    pub fn messages(&self) -> Vec<Arc<Message>> {
        self.stored().messages.iter().cloned().collect()
    }

    /// All mails to an address, newest last.
    #[must_use]
    pub fn messages_to(&self, address: &str) -> Vec<Arc<Message>> {
        self.messages()
            .into_iter()
            .filter(|message| message.to.eq_ignore_ascii_case(address))
            .collect()
    }

    /// One mail.
    #[must_use]
    pub fn message(&self, id: &str) -> Option<Arc<Message>> {
        self.stored()
            .messages
            .iter()
            .find(|message| message.id == id)
            .cloned()
    }

    /// Forgets all mails.
    pub fn clear(&self) {
        self.stored().messages.clear();
    }

    /// Waits until a mail is there that `wanted` accepts; `None` when none came in time.
    pub async fn wait_for(
        &self,
        patience: Duration,
        wanted: impl Fn(&Message) -> bool,
    ) -> Option<Arc<Message>> {
        let mut arrivals = self.arrivals.subscribe();
        let search = async {
            loop {
                arrivals.borrow_and_update();
                if let Some(found) = self.messages().into_iter().find(|message| wanted(message)) {
                    return Some(found);
                }
                arrivals.changed().await.ok()?;
            }
        };
        tokio::time::timeout(patience, search).await.ok().flatten()
    }

    /// Every change leaves what is stored whole, so a panic elsewhere does not spoil it.
    fn stored(&self) -> MutexGuard<'_, Messages> {
        self.stored.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
