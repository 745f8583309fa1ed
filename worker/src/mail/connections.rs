//! Connections to the mail server, kept from one mail to the next.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use lettre::address::Envelope;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use tokio::time::{sleep, timeout};

use super::deadline::Deadline;
use super::send_error::SendError;
use super::server::MailServer;
use super::step::Step;
use super::transaction::hand_over;

/// How many connections are kept at most; more may be open at once.
const MAX_KEPT: usize = 8;

/// How long a connection is kept without a mail. Servers close them after five minutes (RFC 5321
/// §4.5.3.2.7), many sooner.
const KEPT_FOR: Duration = Duration::from_secs(60);

/// How often those are looked for that are kept for nothing.
const CLOSE_EVERY: Duration = Duration::from_secs(15);

/// How long after the deadline of a connection what it does not end is ended.
const AFTER_DEADLINE: Duration = Duration::from_secs(3);

/// How long a kept connection may take to show that it still works.
const TEST_LIMIT: Duration = Duration::from_secs(5);

/// Connections to one mail server. Cheap to clone.
///
/// Not lettre's own pool: that keeps a connection whose exchange was given up, and the next mail
/// would be written into the middle of the last one.
#[derive(Clone, Debug)]
pub(super) struct Connections {
    server: Arc<MailServer>,
    time_limit: Duration,
    idle: Arc<Mutex<Idle>>,
}

#[derive(Debug, Default)]
struct Idle {
    kept: Vec<Kept>,
    /// Whether a task closes those that are not used.
    is_watched: bool,
}

struct Kept {
    connection: AsyncSmtpConnection,
    deadline: Deadline,
    since: Instant,
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Kept")
    }
}

impl Connections {
    /// Connections to `server`, which has `time_limit` for each mail.
    pub(super) fn new(server: MailServer, time_limit: Duration) -> Self {
        Self {
            server: Arc::new(server),
            time_limit,
            idle: Arc::default(),
        }
    }

    /// How long the server has for each mail.
    pub(super) fn time_limit(&self) -> Duration {
        self.time_limit
    }

    /// The name and the port of the server.
    pub(super) fn server(&self) -> (&str, u16) {
        self.server.address()
    }

    /// Hands `mail` over, in all within the time limit; what the server said. Only a connection on which
    /// all went well is kept; any other is closed.
    pub(super) async fn send(&self, envelope: &Envelope, mail: &[u8]) -> Result<String, SendError> {
        let mut deadline = Deadline::after(self.time_limit);
        let exchange = async {
            let mut connection = self.acquire(&mut deadline).await?;
            let answer = hand_over(&mut connection, &deadline, envelope, mail).await?;
            Ok::<_, SendError>((connection, answer))
        };
        // The connection's own deadline comes first.
        let sent = timeout(self.time_limit + AFTER_DEADLINE, exchange).await;
        let (connection, answer) = sent.map_err(|_| SendError::TimedOut {
            step: deadline.step(),
            limit: self.time_limit,
        })??;
        self.keep(connection, deadline);
        Ok(answer)
    }

    /// The connection that was used last and still works, or a new one, and its deadline.
    async fn acquire(&self, deadline: &mut Deadline) -> Result<AsyncSmtpConnection, SendError> {
        while let Some(mut kept) = self.take() {
            kept.deadline.restart();
            kept.deadline.wait_for(Step::Hello);
            let test = self.server.is_in_step(&mut kept.connection);
            match timeout(TEST_LIMIT, test).await {
                Ok(true) => {
                    *deadline = kept.deadline;
                    return Ok(kept.connection);
                }
                Ok(false) => {}
                // Each of the others would take as long.
                Err(_) => lock(&self.idle).kept.clear(),
            }
        }
        *deadline = Deadline::after(self.time_limit);
        self.server.connect(deadline).await
    }

    fn take(&self) -> Option<Kept> {
        let mut idle = lock(&self.idle);
        idle.close_unused();
        idle.kept.pop()
    }

    fn keep(&self, connection: AsyncSmtpConnection, deadline: Deadline) {
        let mut idle = lock(&self.idle);
        if idle.kept.len() < MAX_KEPT {
            let since = Instant::now();
            idle.kept.push(Kept {
                connection,
                deadline,
                since,
            });
        }
        if !idle.is_watched {
            idle.is_watched = true;
            tokio::spawn(close_unused(Arc::downgrade(&self.idle)));
        }
    }
}

impl Idle {
    fn close_unused(&mut self) {
        self.kept.retain(|kept| kept.since.elapsed() < KEPT_FOR);
    }
}

fn lock(idle: &Mutex<Idle>) -> MutexGuard<'_, Idle> {
    idle.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Closes the connections that no mail uses, until there are none.
async fn close_unused(idle: Weak<Mutex<Idle>>) {
    loop {
        sleep(CLOSE_EVERY).await;
        let Some(idle) = idle.upgrade() else {
            return;
        };
        let mut idle = lock(&idle);
        idle.close_unused();
        if idle.kept.is_empty() {
            idle.is_watched = false;
            return;
        }
    }
}
