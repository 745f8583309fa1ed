//! E-mail addresses: what is accepted, and when two of them are the same.

mod mask;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// An address as its owner wrote it, trimmed.
///
/// Accepted is a plain `local@domain` of RFC 5321 (no display name, no quoted local part, no
/// domain literal) whose domain is a DNS name in ASCII or Punycode, at most 254 bytes long.
/// Two addresses are the same account when their [key](Self::key) is, which is the whole address
/// in lower case: stricter than RFC 5321 asks, and what every large provider does.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct EmailAddress(String);

/// Why a text is not an address that mail is sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be an e-mail address such as name@example.com")]
pub struct ParseEmailError;

impl EmailAddress {
    /// The longest address accepted, in bytes (RFC 5321 §4.5.3.1.3 less the brackets).
    pub const MAX_BYTES: usize = 254;

    /// What somebody looks for, whose domain may be written in any script: it is stored as ASCII (IDNA).
    ///
    /// # Errors
    ///
    /// [`ParseEmailError`].
    pub fn parse_idna(text: &str) -> Result<Self, ParseEmailError> {
        let text = text.trim_matches(' ');
        match text.rsplit_once('@') {
            Some((local, domain)) if !domain.is_ascii() => match url::Host::parse(domain) {
                Ok(url::Host::Domain(domain)) => format!("{local}@{domain}").parse(),
                _ => Err(ParseEmailError),
            },
            _ => text.parse(),
        }
    }

    /// The address as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form in which addresses are compared and kept unique.
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }

    /// The mailbox, as it is compared: the address without what follows a `+`, which many providers
    /// leave to the owner of the mailbox.
    pub fn mailbox_key(&self) -> String {
        let key = self.key();
        let (local, domain) = key.rsplit_once('@').unwrap_or((&key, ""));
        let mailbox = local.split_once('+').map_or(local, |(mailbox, _)| mailbox);
        format!("{mailbox}@{domain}")
    }

    /// The domain, as it is compared.
    pub fn domain_key(&self) -> String {
        let (_, domain) = self.0.rsplit_once('@').unwrap_or(("", &self.0));
        domain.to_lowercase()
    }

    /// Whether the domain looks like one that mail from the internet reaches: at least two labels, the
    /// last of them a top-level domain and none that is reserved for private networks (RFC 6761, 6762,
    /// 7686, 8375, and `internal`). Domains for tests and examples are nobody's, and do no harm.
    pub fn has_public_domain(&self) -> bool {
        let (_, domain) = self.0.rsplit_once('@').unwrap_or(("", &self.0));
        let Some((_, last)) = domain.rsplit_once('.') else {
            return false;
        };
        let last = last.to_ascii_lowercase();
        let letters = last.bytes().all(|b| b.is_ascii_alphabetic()) && last.len() > 1;
        (letters || last.starts_with("xn--")) && !PRIVATE.contains(&&*last)
    }
}

/// Top-level domains that the internet does not have.
const PRIVATE: [&str; 7] = [
    "arpa",
    "internal",
    "invalid",
    "local",
    "localdomain",
    "localhost",
    "onion",
];

fn domain_is_a_dns_name(domain: &str) -> bool {
    domain.split('.').all(|label| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    })
}

impl FromStr for EmailAddress {
    type Err = ParseEmailError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim_matches(' ');
        let options = email_address::Options::default()
            .without_display_text()
            .without_domain_literal();
        let plain = text.is_ascii()
            && text.len() <= Self::MAX_BYTES
            && !text
                .bytes()
                .any(|b| b.is_ascii_control() || matches!(b, b'"' | b' ' | b'<' | b'>'));
        let parsed = email_address::EmailAddress::parse_with_options(text, options)
            .map_err(|_| ParseEmailError)?;
        if plain && domain_is_a_dns_name(parsed.domain()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(ParseEmailError)
        }
    }
}

impl TryFrom<String> for EmailAddress {
    type Error = ParseEmailError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<EmailAddress> for String {
    fn from(address: EmailAddress) -> Self {
        address.0
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_addresses_are_accepted_and_compared_in_lower_case() {
        let address: EmailAddress = " Ada.Lovelace+x@Example.COM ".parse().unwrap();
        assert_eq!(address.as_str(), "Ada.Lovelace+x@Example.COM");
        assert_eq!(address.key(), "ada.lovelace+x@example.com");
        assert_eq!(address.mailbox_key(), "ada.lovelace@example.com");
        assert_eq!(address.domain_key(), "example.com");
        assert_eq!(format!("{address:?}"), "A***@Example.COM");
        assert!("postmaster@localhost".parse::<EmailAddress>().is_ok());
        assert!("a@xn--bcher-kva.example".parse::<EmailAddress>().is_ok());
    }

    #[test]
    fn an_address_that_is_looked_for_may_have_a_domain_in_any_script() {
        let parse = |text| EmailAddress::parse_idna(text).map(|address| address.0);
        for (text, stored) in [
            ("ada@bücher.example", "ada@xn--bcher-kva.example"),
            ("Ada@BÜCHER.example", "Ada@xn--bcher-kva.example"),
            (" ada@Example.com ", "ada@Example.com"),
        ] {
            assert_eq!(parse(text), Ok(stored.to_owned()));
        }
        for bad in ["ädä@example.com", "ada@bü cher.example", "bücher.example"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_public_domain_has_a_top_level_domain_of_the_internet() {
        let is_public = |text: &str| text.parse::<EmailAddress>().unwrap().has_public_domain();
        for good in [
            "a@example.com",
            "a@mail.example.co",
            "a@xn--bcher-kva.example",
            "a@example.xn--p1ai",
            "a@1.example.museum",
        ] {
            assert!(is_public(good), "{good}");
        }
        for bad in [
            "a@localhost",
            "a@LOCALHOST",
            "a@mail.localhost",
            "a@intranet",
            "a@127.0.0.1",
            "a@192.168.0.1",
            "a@10.1",
            "a@0x7f.1",
            "a@printer.local",
            "a@server.internal",
            "a@router.home.arpa",
            "a@x.onion",
            "a@example.c",
            "a@example.c0m",
        ] {
            assert!(!is_public(bad), "{bad}");
        }
    }

    #[test]
    fn addresses_that_could_reach_somebody_else_are_refused() {
        let long = format!("{}@example.com", "a".repeat(65));
        let huge = format!("a@{}.com", "b".repeat(300));
        for bad in [
            "",
            "a",
            "a@",
            "@b.c",
            "a@b@c",
            "a b@c.de",
            "a@b.c\r\nBcc: x@y.z",
            "a@b.c\n",
            "\"<a@b.c>\"@d.ef",
            "Ada <ada@example.com>",
            "a@[127.0.0.1]",
            "a@-b.c",
            "a@b..c",
            "ä@example.com",
            "a@exämple.com",
            "a\u{202e}@b.c",
            "a@b\u{2028}.c",
            "a\u{e0041}@b.c",
            "a@[IPv6:::1]",
            "a@b.c.",
            "a@b.c\0",
            long.as_str(),
            huge.as_str(),
        ] {
            assert!(bad.parse::<EmailAddress>().is_err(), "{bad:?}");
        }
    }
}
