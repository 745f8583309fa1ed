//! Connections to the mail server, kept from one mail to the next.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use lettre::address::Envelope;
use lettre::transport::smtp;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use tokio::time::timeout;

use super::server::MailServer;

/// How many connections are kept at most; more may be open at once.
const MAX_KEPT: usize = 8;

/// How long a connection is kept without a mail. Servers close them after five minutes (RFC 5321
/// §4.5.3.2.7), many sooner.
const KEPT_FOR: Duration = Duration::from_secs(60);

/// How long a kept connection may take to show that it still works.
const TEST_LIMIT: Duration = Duration::from_secs(5);

/// Why a mail was not handed over.
#[derive(Debug, thiserror::Error)]
pub(super) enum SendError {
    /// The server refused it, or the connection broke.
    #[error(transparent)]
    Smtp(#[from] smtp::Error),
    /// The server did not say in time that it has it.
    #[error("the mail server did not take the mail within {} s", .0.as_secs_f64())]
    TimedOut(Duration),
}

/// Connections to one mail server. Cheap to clone.
///
/// Not lettre's own pool: that keeps a connection whose exchange was given up, and the next mail
/// would be written into the middle of the last one.
#[derive(Clone, Debug)]
pub(super) struct Connections {
    server: Arc<MailServer>,
    time_limit: Duration,
    kept: Arc<Mutex<Vec<Kept>>>,
}

struct Kept {
    connection: AsyncSmtpConnection,
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
            kept: Arc::default(),
        }
    }

    /// Hands `mail` over, in all within the time limit. Only a connection on which all went well
    /// is kept; any other is closed.
    pub(super) async fn send(&self, envelope: &Envelope, mail: &[u8]) -> Result<(), SendError> {
        let exchange = async {
            let mut connection = self.acquire().await?;
            connection.send(envelope, mail).await?;
            Ok::<_, smtp::Error>(connection)
        };
        let connection = timeout(self.time_limit, exchange)
            .await
            .map_err(|_| SendError::TimedOut(self.time_limit))??;
        self.keep(connection);
        Ok(())
    }

    /// The connection that was used last and still works, or a new one.
    async fn acquire(&self) -> Result<AsyncSmtpConnection, smtp::Error> {
        while let Some(mut connection) = self.take() {
            if let Ok(true) = timeout(TEST_LIMIT, connection.test_connected()).await {
                return Ok(connection);
            }
        }
        self.server.connect().await
    }

    fn take(&self) -> Option<AsyncSmtpConnection> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|kept| kept.since.elapsed() < KEPT_FOR);
        kept.pop().map(|kept| kept.connection)
    }

    fn keep(&self, connection: AsyncSmtpConnection) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < MAX_KEPT {
            let since = Instant::now();
            kept.push(Kept { connection, since });
        }
    }
}
