//! Connections to the mail server, kept from one mail to the next.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use lettre::address::Envelope;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{MailBodyParameter, MailParameter};
use lettre::transport::smtp::response::Response;
use tokio::time::timeout;

use super::limited_stream::Deadline;
use super::send_error::{END_OF_MAIL, SendError};
use super::server::MailServer;

/// How many connections are kept at most; more may be open at once.
const MAX_KEPT: usize = 8;

/// How long a connection is kept without a mail. Servers close them after five minutes (RFC 5321
/// §4.5.3.2.7), many sooner.
const KEPT_FOR: Duration = Duration::from_secs(60);

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
    kept: Arc<Mutex<Vec<Kept>>>,
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
            kept: Arc::default(),
        }
    }

    /// The name and the port of the server.
    pub(super) fn server(&self) -> (&str, u16) {
        self.server.address()
    }

    /// Hands `mail` over, in all within the time limit; what the server said. Only a connection on which
    /// all went well is kept; any other is closed.
    pub(super) async fn send(&self, envelope: &Envelope, mail: &[u8]) -> Result<String, SendError> {
        let exchange = async {
            let (mut connection, deadline) = self.acquire().await?;
            let answer = hand_over(&mut connection, envelope, mail).await?;
            Ok::<_, SendError>((connection, deadline, answer))
        };
        // The connection's own deadline comes first, and says what was waited for.
        let (connection, deadline, answer) = timeout(self.time_limit + AFTER_DEADLINE, exchange)
            .await
            .map_err(|_| SendError::TimedOut(self.time_limit))??;
        self.keep(connection, deadline);
        Ok(answer)
    }

    /// The connection that was used last and still works, or a new one.
    async fn acquire(&self) -> Result<(AsyncSmtpConnection, Deadline), SendError> {
        while let Some((mut connection, deadline)) = self.take() {
            deadline.restart();
            let test = self.server.is_in_step(&mut connection);
            match timeout(TEST_LIMIT, test).await {
                Ok(true) => return Ok((connection, deadline)),
                Ok(false) => {}
                // Each of the others would take as long.
                Err(_) => self.close_all(),
            }
        }
        let deadline = Deadline::after(self.time_limit);
        let connection = self.server.connect(deadline.clone()).await?;
        Ok((connection, deadline))
    }

    fn close_all(&self) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.clear();
    }

    fn take(&self) -> Option<(AsyncSmtpConnection, Deadline)> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|kept| kept.since.elapsed() < KEPT_FOR);
        let kept = kept.pop()?;
        Some((kept.connection, kept.deadline))
    }

    fn keep(&self, connection: AsyncSmtpConnection, deadline: Deadline) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < MAX_KEPT {
            let since = Instant::now();
            kept.push(Kept {
                connection,
                deadline,
                since,
            });
        }
    }
}

/// One mail transaction (RFC 5321 §3.3). Every reply is checked against its command: a reply too
/// many would otherwise let a refused mail pass for one that was taken.
async fn hand_over(
    connection: &mut AsyncSmtpConnection,
    envelope: &Envelope,
    mail: &[u8],
) -> Result<String, SendError> {
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
    let taken = match connection.message(mail).await {
        Ok(taken) => taken,
        Err(error) if error.status().is_some() => return Err(SendError::Refused(error)),
        Err(error) => return Err(SendError::Unanswered(error)),
    };
    expect(250, END_OF_MAIL, &taken)?;
    let text: Vec<&str> = taken.message().collect();
    Ok(format!("{} {}", taken.code(), text.join(" ")))
}

fn expect(code: u16, command: &'static str, reply: &Response) -> Result<(), SendError> {
    if reply.has_code(code) {
        return Ok(());
    }
    let code = reply.code().into();
    Err(SendError::OutOfStep { command, code })
}
