//! The address of the mail server, as `SMTP_URL` says it.

use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::{SMTP_PORT, SUBMISSION_PORT, SUBMISSIONS_PORT};
use percent_encoding::percent_decode_str;
use url::{Host, Url};

use super::server::{Encryption, MailServer};

/// What `SMTP_URL` must be.
pub(super) const RULE: &str = "must be smtps://user:password@host, smtp://user:password@host?tls=required, or \
                    smtp://host for a server on a private network";

/// What may be wrong with an address that has a user.
const ENCODE: &str = "cannot be read, or has a character in the user or password that must be percent-encoded: \
                      @ is %40, : is %3A, / is %2F, ? is %3F, # is %23, % is %25 and a space is %20";

/// What the address of a server does not say.
#[derive(Clone, Debug, Default)]
pub(super) struct Options {
    /// Who vouches for the server, besides those that everybody trusts.
    pub(super) authority: Option<Certificate>,
    /// The name in our EHLO.
    pub(super) hello_name: Option<ClientId>,
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
        let own_name = hello_name(&url)?;
        Ok(Self {
            port: url.port().unwrap_or(usual_port),
            encryption,
            credentials: credentials(&url)?,
            hello_name: options.hello_name.unwrap_or(own_name),
            host,
        })
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
fn hello_name(url: &Url) -> Result<ClientId, &'static str> {
    match url.path().trim_matches('/') {
        "" => Ok(ClientId::default()),
        name if may_say_hello(name) => Ok(ClientId::Domain(name.to_owned())),
        _ => Err(
            "may have our own host name behind the host, such as smtp://host/dossier.example.com",
        ),
    }
}

/// Whether `name` may be a host's, or its address, as EHLO has it (RFC 5321 §4.1.3).
pub(super) fn may_say_hello(name: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '[' | ']' | ':');
    !name.is_empty() && name.chars().all(is_plain)
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
            "smtp://mail.example/tls=required",
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
