//! Where mail goes out, and in whose name.

use std::time::Duration;

use dossier_common::config::Environment;
use lettre::message::Mailbox;
use lettre::transport::smtp::PoolConfig;
use lettre::{AsyncSmtpTransport, Tokio1Executor};
use secrecy::ExposeSecret;

/// How long one exchange with the mail server may take.
const SMTP_TIMEOUT: Duration = Duration::from_secs(20);

/// How many connections to the mail server are kept at most.
const MAX_CONNECTIONS: u32 = 8;

/// Where mail goes out, and in whose name.
#[derive(Clone, Debug)]
pub struct MailSettings {
    pub(super) transport: AsyncSmtpTransport<Tokio1Executor>,
    pub(super) from: Mailbox,
}

impl MailSettings {
    /// Reads `SMTP_URL` and `MAIL_FROM`.
    pub fn read(env: &mut Environment) -> Option<Self> {
        let transport = read_transport(env);
        let from = env.required(
            "MAIL_FROM",
            "must be the sender, such as Dossier <no-reply@dossier.example.com>",
        );
        Some(Self {
            transport: transport?,
            from: from?,
        })
    }
}

fn read_transport(env: &mut Environment) -> Option<AsyncSmtpTransport<Tokio1Executor>> {
    let rule = "must be smtps://user:password@host, smtp://user:password@host?tls=required, or \
                smtp://host for a server on a private network";
    let url = env.secret("SMTP_URL", rule)?;
    let text = url.expose_secret();
    if text.contains("tls=opportunistic") {
        let rule = "tls=opportunistic would fall back to clear text; say tls=required";
        env.problem("SMTP_URL", rule);
        return None;
    }
    if text.starts_with("smtp://") && text.contains('@') && !text.contains("tls=required") {
        let rule = "would send the password in clear text; say tls=required or use smtps://";
        env.problem("SMTP_URL", rule);
        return None;
    }
    match AsyncSmtpTransport::<Tokio1Executor>::from_url(text) {
        Ok(builder) => {
            let pool = PoolConfig::new().max_size(MAX_CONNECTIONS);
            Some(
                builder
                    .timeout(Some(SMTP_TIMEOUT))
                    .pool_config(pool)
                    .build(),
            )
        }
        Err(_) => {
            env.problem("SMTP_URL", rule);
            None
        }
    }
}
