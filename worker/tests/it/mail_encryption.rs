//! A mail server that is reached encrypted, by an authority of its own, and with a password.

use std::fs;

use dossier_devstack::mail::{Encrypted, LOGIN, MailCatcher};

use crate::harness::{CLIENT, MAIL_FROM, Program};

/// The password of [`LOGIN`] and its user, percent-encoded.
const CREDENTIALS: &str = "mailer%40dossier:p%40ss%2Fw%C3%B6rd%3F%23%25";

async fn server(begins: Encrypted) -> MailCatcher {
    let server = MailCatcher::start_encrypted(begins).await;
    server.expect("a mail server")
}

/// The address of `server` with the right login; `host` is what the sender calls it.
fn address(server: &MailCatcher, begins: Encrypted, host: &str) -> String {
    let port = server.smtp_port();
    match begins {
        Encrypted::AtOnce => format!("smtps://{CREDENTIALS}@{host}:{port}"),
        Encrypted::WhenAsked => format!("smtp://{CREDENTIALS}@{host}:{port}?tls=required"),
    }
}

/// Sends a mail to try it, trusting `authority`; the exit code and what was said.
async fn mail_test(url: &str, authority: Option<&str>) -> (i32, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("authority.pem");
    let program = Program::bare(&["mail", "test", "--to", CLIENT]);
    let mut program = program
        .variable("SMTP_URL", url)
        .variable("MAIL_FROM", MAIL_FROM)
        .variable("SMTP_TIMEOUT_SECONDS", "5");
    if let Some(authority) = authority {
        fs::write(&path, authority).expect("a file");
        program = program.variable("SMTP_CA_FILE", &path.display().to_string());
    }
    program.run().await
}

#[tokio::test]
async fn a_server_with_a_private_authority_gets_mail_encrypted_with_a_percent_encoded_password() {
    for begins in [Encrypted::AtOnce, Encrypted::WhenAsked] {
        let server = server(begins).await;
        let url = address(&server, begins, "localhost");
        let (code, said) = mail_test(&url, server.authority()).await;
        assert_eq!(code, 0, "{begins:?}: {said}");
        assert_eq!(server.mailbox().messages_to(CLIENT).len(), 1);
    }
}

#[tokio::test]
async fn a_certificate_that_cannot_be_trusted_ends_it_before_the_password() {
    for begins in [Encrypted::AtOnce, Encrypted::WhenAsked] {
        let (server, other) = (server(begins).await, server(begins).await);
        let (right, other) = (server.authority(), other.authority());
        for (host, authority) in [
            ("localhost", None),
            ("localhost", other),
            ("127.0.0.1", right),
        ] {
            let url = address(&server, begins, host);
            let (code, said) = mail_test(&url, authority).await;
            assert_eq!(code, 1, "{begins:?} {host}: {said}");
            assert!(said.contains("certificate"), "{begins:?} {host}: {said}");
            assert!(!said.contains(LOGIN.1), "{said}");
        }
        assert_eq!(server.mailbox().messages_to(CLIENT).len(), 0);
    }
}

#[tokio::test]
async fn a_server_that_offers_no_encryption_gets_neither_mail_nor_password() {
    let server = MailCatcher::start().await.expect("a mail server");
    for begins in [Encrypted::AtOnce, Encrypted::WhenAsked] {
        let url = address(&server, begins, "localhost");
        let (code, said) = mail_test(&url, None).await;
        assert_eq!(code, 1, "{begins:?}: {said}");
        let is_hinted = said.contains("may want SMTP_URL to be smtp://");
        assert_eq!(is_hinted, begins == Encrypted::AtOnce, "{said}");
        assert_eq!(server.mailbox().messages_to(CLIENT).len(), 0);
    }
}

#[tokio::test]
async fn a_wrong_password_is_told_from_other_failures_without_being_shown() {
    let server = server(Encrypted::AtOnce).await;
    let url = format!(
        "smtps://mailer%40dossier:secret-word@localhost:{}",
        server.smtp_port()
    );
    let (code, said) = mail_test(&url, server.authority()).await;
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("535"), "{said}");
    assert!(!said.contains("secret-word"), "{said}");
}
