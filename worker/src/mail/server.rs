//! The mail server: where it is, and how a connection to it is opened.

use std::time::Duration;
use std::{fmt, io};

use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{
    AsyncSmtpConnection, AsyncTokioStream, Certificate, TlsParameters,
};
use lettre::transport::smtp::commands::{Ehlo, Starttls};
use lettre::transport::smtp::extension::{ClientId, Extension, ServerInfo};
use lettre::transport::smtp::{Error, SMTP_PORT, SUBMISSION_PORT, SUBMISSIONS_PORT};
use percent_encoding::percent_decode_str;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use url::{Host, Url};

use super::deadline::Deadline;
use super::encrypted_stream::EncryptedStream;
use super::lent_stream::LentStream;
use super::limited_stream::LimitedStream;
use super::readable_stream::ReadableStream;
use super::send_error::SendError;
use super::step::Step;

/// How long each address of the server may take to accept a connection.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);

/// What `SMTP_URL` must be.
pub(super) const RULE: &str = "must be smtps://user:password@host, smtp://user:password@host?tls=required, or \
                    smtp://host for a server on a private network";

/// What TLS says of a server that speaks before it.
const NO_TLS: &str = "corrupt message";

const WANTS_PLAIN: &str = "the server may want SMTP_URL to be smtp://…?tls=required";

const WANTS_TLS: &str = "where the server speaks TLS at once, SMTP_URL must begin with smtps://";

/// What may be wrong with an address that has a user.
const ENCODE: &str = "cannot be read, or has a character in the user or password that must be percent-encoded: \
                      @ is %40, : is %3A, / is %2F, ? is %3F, # is %23, % is %25 and a space is %20";

/// Where the mail server is, and what it wants to know of us.
#[derive(Clone)]
pub(super) struct MailServer {
    host: String,
    port: u16,
    encryption: Encryption,
    credentials: Option<Credentials>,
    hello_name: ClientId,
}

/// What the address of a server does not say.
#[derive(Clone, Debug, Default)]
pub(super) struct Options {
    /// Who vouches for the server, besides those that everybody trusts.
    pub(super) authority: Option<Certificate>,
    /// The name in our EHLO.
    pub(super) hello_name: Option<ClientId>,
}

#[derive(Clone)]
enum Encryption {
    /// None, as on a private network.
    None,
    /// From the second command on (RFC 3207); a server without it is not used.
    StartTls(TlsParameters),
    /// From the first byte on (RFC 8314 §3.3).
    Implicit(TlsParameters),
}

impl MailServer {
    /// Reads an address: `smtps://user:password@host:port/our-own-name`, or `smtp://` with
    /// `?tls=required`, or without encryption.
    ///
    /// # Errors
    ///
    /// The rule that the address breaks.
    pub(super) fn parse(address: &str, options: Options) -> Result<Self, &'static str> {
        let rule = match address.contains('@') {
            true => ENCODE,
            false => RULE,
        };
        let url = Url::parse(address).map_err(|_| rule)?;
        if address.contains('@') && url.username().is_empty() && url.password().is_none() {
            return Err(ENCODE);
        }
        let host = match url.host().ok_or(rule)? {
            Host::Ipv6(address) => address.to_string(),
            host => host.to_string(),
        };
        let tls = read_tls(&url)?;
        let parameters = || {
            let mut parameters = TlsParameters::builder(host.clone());
            if let Some(authority) = options.authority.clone() {
                parameters = parameters.add_root_certificate(authority);
            }
            parameters.build().map_err(|_| RULE)
        };
        let (encryption, usual_port) = match (url.scheme(), tls) {
            ("smtps", _) => (Encryption::Implicit(parameters()?), SUBMISSIONS_PORT),
            ("smtp", Tls::Required) => (Encryption::StartTls(parameters()?), SUBMISSION_PORT),
            ("smtp", Tls::Unsaid) if !url.username().is_empty() || url.password().is_some() => {
                return Err(
                    "would send the password in clear text; say tls=required or use smtps://",
                );
            }
            ("smtp", Tls::Unsaid) => (Encryption::None, SMTP_PORT),
            _ => return Err(RULE),
        };
        Ok(Self {
            port: url.port().unwrap_or(usual_port),
            encryption,
            credentials: credentials(&url)?,
            hello_name: options.hello_name.unwrap_or_else(|| hello_name(&url)),
            host,
        })
    }

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
            None => SendError::Unavailable(error),
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

/// What the address says of encryption.
#[derive(Clone, Copy)]
enum Tls {
    Required,
    Unsaid,
}

/// Reads what is behind the `?`. What is misspelt is refused: it would have the mail sent in clear text.
fn read_tls(url: &Url) -> Result<Tls, &'static str> {
    const ONE_OPTION: &str = "may have ?tls=required behind the host, and no other option";
    if url.fragment().is_some() {
        return Err(ONE_OPTION);
    }
    let mut options = url.query_pairs();
    let tls = match options.next() {
        None => Tls::Unsaid,
        Some((name, how)) => match (&*name, &*how) {
            ("tls", "required") => Tls::Required,
            ("tls", "opportunistic") => {
                return Err("tls=opportunistic would fall back to clear text; say tls=required");
            }
            _ => return Err(ONE_OPTION),
        },
    };
    match options.next() {
        None => Ok(tls),
        Some(_) => Err(ONE_OPTION),
    }
}

fn credentials(url: &Url) -> Result<Option<Credentials>, &'static str> {
    let decoded = |text| {
        let text = percent_decode_str(text).decode_utf8();
        text.map(String::from).map_err(|_| ENCODE)
    };
    let (user, password) = (url.username(), url.password().unwrap_or_default());
    match (user.is_empty(), password.is_empty()) {
        (true, true) => Ok(None),
        (false, true) => Err("has a user and no password: smtps://user:password@host"),
        (true, false) => Err("has a password and no user: smtps://user:password@host"),
        (false, false) => Ok(Some(Credentials::new(decoded(user)?, decoded(password)?))),
    }
}

/// The name in our EHLO: the address's path, or this machine's name.
fn hello_name(url: &Url) -> ClientId {
    match url.path().trim_matches('/') {
        "" => ClientId::default(),
        name => ClientId::Domain(name.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(address: &str) -> Result<String, &'static str> {
        MailServer::parse(address, Options::default()).map(|server| format!("{server:?}"))
    }

    #[test]
    fn the_address_says_where_the_server_is_and_how_it_is_reached() {
        for (address, shown) in [
            ("smtp://127.0.0.1:1025", "MailServer(127.0.0.1:1025)"),
            ("smtp://[::1]", "MailServer(::1:25)"),
            (
                "smtp://mail.example?tls=required",
                "MailServer(mail.example:587)",
            ),
            (
                "smtps://ada:s%40fe@mail.example",
                "MailServer(mail.example:465)",
            ),
        ] {
            assert_eq!(parse(address).as_deref(), Ok(shown), "{address}");
        }
        let address = "smtps://ada%2Bx:s%40fe@mail.example/client.example";
        let server = MailServer::parse(address, Options::default());
        let server = server.expect("the address is good");
        let expected = Credentials::new("ada+x".to_owned(), "s@fe".to_owned());
        assert_eq!(server.credentials, Some(expected));
        let name = ClientId::Domain("client.example".to_owned());
        assert_eq!(server.hello_name, name);
    }

    #[test]
    fn an_address_that_would_leak_the_password_or_the_mail_is_refused() {
        for address in [
            "mail.example",
            "http://mail.example",
            "smtp://mail.example?tls=opportunistic",
            "smtps://mail.example?tls=opportunistic",
            "smtp://mail.example?tls=none",
            "smtps://mail.example?tls=none",
            "smtp://mail.example?TLS=required",
            "smtp://mail.example?starttls=required",
            "smtp://mail.example?tls_required",
            "smtp://mail.example?security=starttls",
            "smtp://mail.example?tls=required&tls=required",
            "smtp://mail.example?x=1&tls=required",
            "smtp://mail.example#tls=required",
            "smtp://ada:secret@mail.example",
            "smtp://ada@mail.example",
        ] {
            let refused = parse(address).expect_err(address);
            assert!(!refused.contains("secret"), "{refused}");
        }
    }

    #[test]
    fn what_is_missing_or_misspelt_is_named() {
        for (address, named) in [
            ("smtp://mail.example?starttls=required", "?tls=required"),
            ("smtps://ada@mail.example", "no password"),
            ("smtps://ada:@mail.example", "no password"),
            ("smtp://ada:@mail.example?tls=required", "no password"),
            ("smtps://:secret@mail.example", "no user"),
        ] {
            let refused = parse(address).expect_err(address);
            assert!(refused.contains(named), "{address}: {refused}");
        }
    }

    #[test]
    fn a_password_that_is_not_percent_encoded_is_met_with_what_to_write() {
        for address in [
            "smtps://ada:se/cret@mail.example",
            "smtps://ada:1/secret@mail.example",
            "smtps://ada:se?cret@mail.example",
            "smtps://ada:se#cret@mail.example",
            "smtps://ada:%ffsecret@mail.example",
        ] {
            let refused = parse(address).expect_err(address);
            assert!(refused.contains("percent-encoded"), "{address}: {refused}");
            assert!(!refused.contains("cret@"), "{refused}");
        }
    }
}
