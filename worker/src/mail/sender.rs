//! In whose name mails are sent.

use dossier_common::config::Environment;
use lettre::Address;
use lettre::message::Mailbox;
use url::Host;

const RULE: &str = "must be the sender, such as Dossier <no-reply@dossier.example.com>";

/// Such an address needs a server with SMTPUTF8 (RFC 6531) for each recipient.
const ASCII_RULE: &str = "must have plain letters, digits and signs alone before the @";

/// Reads `MAIL_FROM`. The name may have any letters; those of the domain are written in ASCII (RFC 5890), for
/// they stand in MAIL and in Message-IDs.
pub(super) fn read_sender(env: &mut Environment) -> Option<Mailbox> {
    let from: Mailbox = env.required("MAIL_FROM", RULE)?;
    if !from.email.user().is_ascii() {
        env.problem("MAIL_FROM", ASCII_RULE);
        return None;
    }
    if from.email.domain().is_ascii() {
        return Some(from);
    }
    let Some(email) = in_ascii(&from.email) else {
        env.problem("MAIL_FROM", RULE);
        return None;
    };
    Some(Mailbox::new(from.name, email))
}

fn in_ascii(address: &Address) -> Option<Address> {
    let domain = Host::parse(address.domain()).ok()?.to_string();
    Address::new(address.user(), domain).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(from: &str) -> Option<Mailbox> {
        let variables = [("MAIL_FROM".to_owned(), from.to_owned())];
        read_sender(&mut Environment::of(variables))
    }

    #[test]
    fn an_address_is_ascii_and_a_name_is_what_it_is() {
        let from = read("Dössier <no-reply@dössier.example>").expect("a sender");
        assert_eq!(from.name.as_deref(), Some("Dössier"));
        assert_eq!(from.email.to_string(), "no-reply@xn--dssier-wxa.example");
        let from = read("no-reply@Dossier.example").expect("a sender");
        assert_eq!(from.email.to_string(), "no-reply@Dossier.example");
        assert_eq!(read("nö-reply@dossier.example"), None);
    }
}
