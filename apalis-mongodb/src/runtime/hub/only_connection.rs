//! Whether the change stream takes the only connection of its client.
//!
//! A stream that waits occupies one. The driver does not tell how many there are, so a command is sent
//! while the stream waits: if it gets through only when that ends, there is no other.

use std::time::Duration;

use mongodb::Database;
use tokio::task::JoinHandle;

use crate::clock::measure;

/// By then the stream waits.
const ASKED_AFTER: Duration = Duration::from_millis(100);
const LIMIT: Duration = Duration::from_secs(15);
/// A server that was stopped for a moment answers both at the same time, but not twice in a row.
const TIMES: u32 = 2;

/// The commands that are sent while a stream waits, until one gets through.
#[derive(Debug, Default)]
pub(super) struct OnlyConnection {
    sent: Option<JoinHandle<()>>,
    unanswered: u32,
}

impl OnlyConnection {
    /// The stream begins to wait.
    pub(super) fn ask(&mut self, db: &Database) {
        let db = db.clone();
        self.sent.get_or_insert_with(|| {
            tokio::spawn(async move {
                tokio::time::sleep(ASKED_AFTER).await;
                // Any answer will do.
                drop(measure(&db, LIMIT).await);
            })
        });
    }

    /// The stream brought something: what is not answered by now says nothing.
    pub(super) fn was_interrupted(&mut self) {
        self.sent.take_if(|sent| !sent.is_finished());
    }

    /// The stream waited for as long as it does, in vain. Whether that kept others from the server.
    pub(super) fn is_confirmed(&mut self) -> bool {
        if self.sent.take_if(|sent| !sent.is_finished()).is_some() {
            self.unanswered += 1;
        }
        self.unanswered >= TIMES
    }
}
