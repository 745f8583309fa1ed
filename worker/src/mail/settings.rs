//! Where mail goes out, and in whose name.

use std::time::Duration;

use dossier_common::config::Environment;
use lettre::message::Mailbox;
use secrecy::ExposeSecret;

use super::connections::Connections;
use super::server::{MailServer, RULE};

/// How long the mail server has for one mail, from the connection to its last answer.
const DEFAULT_TIME_LIMIT_SECONDS: u64 = 60;

/// Where mail goes out, and in whose name.
#[derive(Clone, Debug)]
pub struct MailSettings {
    pub(super) connections: Connections,
    pub(super) from: Mailbox,
}

impl MailSettings {
    /// Reads `SMTP_URL`, `SMTP_TIMEOUT_SECONDS` and `MAIL_FROM`.
    pub fn read(env: &mut Environment) -> Option<Self> {
        let server = read_server(env);
        let seconds = env.number("SMTP_TIMEOUT_SECONDS", 1..=600, DEFAULT_TIME_LIMIT_SECONDS);
        let from = env.required(
            "MAIL_FROM",
            "must be the sender, such as Dossier <no-reply@dossier.example.com>",
        );
        Some(Self {
            connections: Connections::new(server?, Duration::from_secs(seconds)),
            from: from?,
        })
    }
}

fn read_server(env: &mut Environment) -> Option<MailServer> {
    let url = env.secret("SMTP_URL", RULE)?;
    let server = MailServer::parse(url.expose_secret());
    server.map_err(|rule| env.problem("SMTP_URL", rule)).ok()
}
