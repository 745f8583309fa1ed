//! Connections to the mail server, kept from one mail to the next.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use lettre::address::Envelope;
use lettre::transport::smtp;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{MailBodyParameter, MailParameter};
use lettre::transport::smtp::response::Response;
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
    /// The server is not there, or does not talk to us: a mail is not what it refuses.
    #[error(transparent)]
    Unavailable(smtp::Error),
    /// The server refused this mail, or the connection broke while it was handed over.
    #[error(transparent)]
    Refused(smtp::Error),
    /// The answer is none to what was asked: the conversation is out of step.
    #[error("the mail server answered {code} to {command}")]
    OutOfStep {
        /// What was asked.
        command: &'static str,
        /// What was answered.
        code: u16,
    },
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
            let connection = self.acquire().await;
            let mut connection = connection.map_err(SendError::Unavailable)?;
            hand_over(&mut connection, envelope, mail).await?;
            Ok(connection)
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
            let test = self.server.is_in_step(&mut connection);
            if let Ok(true) = timeout(TEST_LIMIT, test).await {
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

/// One mail transaction (RFC 5321 §3.3). Every reply is checked against its command: a reply too
/// many would otherwise let a refused mail pass for one that was taken.
async fn hand_over(
    connection: &mut AsyncSmtpConnection,
    envelope: &Envelope,
    mail: &[u8],
) -> Result<(), SendError> {
    let mut parameters = Vec::new();
    if !mail.is_ascii() {
        parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    let from = Mail::new(envelope.from().cloned(), parameters);
    let sender = connection.command(from).await;
    expect(250, "MAIL", &sender.map_err(SendError::Unavailable)?)?;
    for to in envelope.to() {
        let recipient = connection.command(Rcpt::new(to.clone(), Vec::new())).await;
        let recipient = recipient.map_err(SendError::Refused)?;
        if !recipient.has_code(251) {
            expect(250, "RCPT", &recipient)?;
        }
    }
    let ready = connection.command(Data).await;
    expect(354, "DATA", &ready.map_err(SendError::Refused)?)?;
    let taken = connection.message(mail).await;
    expect(
        250,
        "the end of the mail",
        &taken.map_err(SendError::Refused)?,
    )
}

fn expect(code: u16, command: &'static str, reply: &Response) -> Result<(), SendError> {
    if reply.has_code(code) {
        return Ok(());
    }
    let code = reply.code().into();
    Err(SendError::OutOfStep { command, code })
}
