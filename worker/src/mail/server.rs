//! The mail server, and how a connection to it is opened.

use std::time::Duration;
use std::{fmt, io};

use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, AsyncTokioStream, TlsParameters};
use lettre::transport::smtp::commands::{Ehlo, Starttls};
use lettre::transport::smtp::extension::{ClientId, Extension, ServerInfo};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use super::deadline::Deadline;
use super::encrypted_stream::EncryptedStream;
use super::lent_stream::LentStream;
use super::limited_stream::LimitedStream;
use super::readable_stream::ReadableStream;
use super::send_error::{Failure, SendError};
use super::step::Step;

/// How long each address of the server may take to accept a connection.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);

/// What TLS says of a server that speaks before it.
const NO_TLS: &str = "corrupt message";

const WANTS_PLAIN: &str = "the server may want SMTP_URL to be smtp://…?tls=required";

const WANTS_TLS: &str = "where the server speaks TLS at once, SMTP_URL must begin with smtps://";

/// Where the mail server is, and what it wants to know of us.
#[derive(Clone)]
pub(super) struct MailServer {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) encryption: Encryption,
    pub(super) credentials: Option<Credentials>,
    pub(super) hello_name: ClientId,
}

#[derive(Clone)]
pub(super) enum Encryption {
    /// None, as on a private network.
    None,
    /// From the second command on (RFC 3207); a server without it is not used.
    StartTls(TlsParameters),
    /// From the first byte on (RFC 8314 §3.3).
    Implicit(TlsParameters),
}

impl MailServer {
    /// Its name and its port.
    pub(super) fn address(&self) -> (&str, u16) {
        (self.host.as_str(), self.port)
    }

    /// Opens a connection that is ready for a mail: encrypted and logged in, where it is to be. The
    /// server is waited for until `deadline`, now and later.
    pub(super) async fn connect(
        &self,
        deadline: &Deadline,
    ) -> Result<AsyncSmtpConnection, SendError> {
        let stream = self.reach().await.map_err(SendError::Unreachable)?;
        let opening = self.open(stream, deadline).await;
        opening.map_err(|error| match self.hint(&error, deadline.step()) {
            Some(hint) => SendError::Unsuited { error, hint },
            None => SendError::Unavailable(Failure::at(deadline, error)),
        })
    }

    /// What may be wrong with the address, where a server at which `error` happened speaks TLS from another
    /// byte on.
    fn hint(&self, error: &Error, step: Step) -> Option<&'static str> {
        let is_implicit = matches!(self.encryption, Encryption::Implicit(_));
        match step {
            Step::Greeting if !is_implicit && error.is_timeout() => Some(WANTS_TLS),
            Step::Encryption if is_implicit && error.to_string().contains(NO_TLS) => {
                Some(WANTS_PLAIN)
            }
            _ => None,
        }
    }

    /// A stream to the first of the server's addresses that accepts a connection.
    async fn reach(&self) -> io::Result<TcpStream> {
        let mut last = io::Error::other("its name has no address");
        for address in lookup_host((self.host.as_str(), self.port)).await? {
            match timeout(CONNECT_LIMIT, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => {
                    // A mail and its end are two writes: without it the second one waits for the
                    // acknowledgement of the first, which many servers hold back for 40 ms.
                    stream.set_nodelay(true)?;
                    return Ok(stream);
                }
                Ok(Err(error)) => last = error,
                Err(_) => last = io::ErrorKind::TimedOut.into(),
            }
        }
        Err(last)
    }

    async fn open(
        &self,
        stream: TcpStream,
        deadline: &Deadline,
    ) -> Result<AsyncSmtpConnection, Error> {
        let of_stream = deadline.clone();
        let limited = LimitedStream::new(stream, deadline.clone());
        let stream: Box<dyn AsyncTokioStream> = match &self.encryption {
            Encryption::Implicit(parameters) => {
                deadline.wait_for(Step::Encryption);
                let encrypted = EncryptedStream::begin(limited, parameters.clone()).await?;
                Box::new(ReadableStream::new(encrypted, of_stream))
            }
            Encryption::StartTls(parameters) => {
                let lent = LentStream::new(limited);
                self.ask_for_tls(lent.clone(), deadline, parameters).await?;
                deadline.wait_for(Step::Encryption);
                let encrypted = EncryptedStream::begin(lent, parameters.clone()).await?;
                Box::new(ReadableStream::greeted(encrypted, of_stream))
            }
            Encryption::None => Box::new(ReadableStream::new(limited, of_stream)),
        };
        let connecting = AsyncSmtpConnection::connect_with_transport(stream, &self.hello_name);
        let mut connection = connecting.await?;
        if let Some(credentials) = &self.credentials {
            deadline.wait_for(Step::LogIn);
            connection.auth(DEFAULT_MECHANISMS, credentials).await?;
        }
        Ok(connection)
    }

    /// Has the server begin encryption (RFC 3207 §4). Not by lettre's own way, which reads what is encrypted
    /// by itself: replies would have to be UTF-8.
    async fn ask_for_tls(
        &self,
        stream: LentStream,
        deadline: &Deadline,
        parameters: &TlsParameters,
    ) -> Result<(), Error> {
        let readable = Box::new(ReadableStream::new(stream, deadline.clone()));
        let hello = &self.hello_name;
        let mut plain = AsyncSmtpConnection::connect_with_transport(readable, hello).await?;
        deadline.wait_for(Step::StartTls);
        if !plain.server_info().supports_feature(Extension::StartTls) {
            // Fails, and says why.
            plain.starttls(parameters.clone(), hello).await?;
        }
        // What the server has said besides goes with `plain`, and is not taken for said under encryption (§6).
        plain.command(Starttls).await.map(drop)
    }
}

impl MailServer {
    /// Whether the next reply on `connection` is the one to the next command. A surplus reply that
    /// still lies there is not the one to EHLO, which says again what the server can do.
    pub(super) async fn is_in_step(&self, connection: &mut AsyncSmtpConnection) -> bool {
        let Ok(reply) = connection.command(Ehlo::new(self.hello_name.clone())).await else {
            return false;
        };
        let info = ServerInfo::from_response(&reply);
        info.is_ok_and(|info| info == *connection.server_info())
    }
}

impl fmt::Debug for MailServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MailServer({}:{})", self.host, self.port)
    }
}
