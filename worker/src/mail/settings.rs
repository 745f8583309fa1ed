//! Where mail goes out, and in whose name.

use std::time::Duration;

use dossier_common::config::Environment;
use lettre::message::Mailbox;
use lettre::transport::smtp::client::Certificate;
use lettre::transport::smtp::extension::ClientId;
use secrecy::ExposeSecret;

use super::connections::Connections;
use super::documents::Place;
use super::duplicates::Duplicates;
use super::sender::read_sender;
use super::server::MailServer;
use super::server_address::{Options, RULE, may_say_hello};

/// How long the mail server has for one mail, from the connection to its last answer.
const DEFAULT_TIME_LIMIT_SECONDS: u64 = 60;

/// How much longer the job of a mail has at least: for what stands before and after it, and for a connection that does
/// not end at its deadline.
const BESIDES: Duration = Duration::from_secs(5);

/// How long it is from one mail to the next while the server takes none.
const DEFAULT_PROBE_SECONDS: u64 = 30;

const NO_CERTIFICATE: &str = "names a file that holds no certificate in PEM form";

/// Where mail goes out, and in whose name.
#[derive(Clone, Debug)]
pub struct MailSettings {
    pub(super) connections: Connections,
    pub(super) from: Mailbox,
    pub(super) documents: Place,
    pub(super) duplicates: Duplicates,
    pub(super) probe_every: Duration,
}

impl MailSettings {
    /// Reads the variables of mail, whose names begin with `SMTP_` and `MAIL_`, and whether there is a console.
    pub fn read(env: &mut Environment) -> Option<Self> {
        let server = read_server(env);
        let duplicates = Duplicates::read(env);
        let probe_seconds = env.number("MAIL_PROBE_SECONDS", 1..=3600, DEFAULT_PROBE_SECONDS);
        let seconds = env.number("SMTP_TIMEOUT_SECONDS", 1..=600, DEFAULT_TIME_LIMIT_SECONDS);
        let from = read_sender(env);
        Some(Self {
            connections: Connections::new(server?, Duration::from_secs(seconds)),
            from: from?,
            documents: Place::read(env),
            duplicates,
            probe_every: Duration::from_secs(probe_seconds),
        })
    }

    /// Refuses a mail server that has as long for a mail as its job has, which is `limit`: of one that is silent the
    /// job's end would be all that is known.
    pub fn check_time_limit(&self, env: &mut Environment, limit: Duration) {
        if self.connections.time_limit() + BESIDES > limit {
            let rule = format!(
                "must be shorter than SEND_EMAIL_TIMEOUT_SECONDS ({}), by {} s at least",
                limit.as_secs(),
                BESIDES.as_secs()
            );
            env.problem("SMTP_TIMEOUT_SECONDS", rule);
        }
    }
}

/// Reads `SMTP_URL`, `SMTP_CA_FILE` and `SMTP_HELLO_NAME`.
fn read_server(env: &mut Environment) -> Option<MailServer> {
    let url = env.secret("SMTP_URL", RULE);
    let options = Options {
        authority: read_authority(env),
        hello_name: read_hello_name(env),
    };
    let url = url?;
    let server = MailServer::parse(url.expose_secret(), options);
    server.map_err(|rule| env.problem("SMTP_URL", rule)).ok()
}

fn read_authority(env: &mut Environment) -> Option<Certificate> {
    let path = env.text("SMTP_CA_FILE")?;
    let read = match std::fs::read(&path) {
        Ok(pem) if has_certificate(&pem) => Certificate::from_pem(&pem).map_err(|_| NO_CERTIFICATE),
        Ok(_) => Err(NO_CERTIFICATE),
        Err(_) => Err("names a file that cannot be read"),
    };
    read.map_err(|rule| env.problem("SMTP_CA_FILE", rule)).ok()
}

/// lettre takes a file without any for one with none.
fn has_certificate(pem: &[u8]) -> bool {
    let begin = b"-----BEGIN CERTIFICATE-----";
    pem.windows(begin.len()).any(|window| window == begin)
}

fn read_hello_name(env: &mut Environment) -> Option<ClientId> {
    let name = env.text("SMTP_HELLO_NAME")?;
    if !may_say_hello(&name) {
        env.problem(
            "SMTP_HELLO_NAME",
            "must be a host name such as dossier.example.com",
        );
        return None;
    }
    Some(ClientId::Domain(name))
}
