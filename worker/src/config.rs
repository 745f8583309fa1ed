//! The settings of the worker.

use std::sync::Arc;

use dossier_common::blob::BlobSettings;
use dossier_common::config::{
    ConfigError, DatabaseSettings, Environment, read_blob_settings, read_public_url,
    read_queue_settings, read_token_keys,
};
use dossier_common::queue::{Job, QueueName, QueueSettings, SendEmail};
use dossier_common::retention::Retention;
use dossier_common::token::TokenKeys;
use dossier_service::FrameSettings;

use crate::antivirus::Antivirus;
use crate::document::Policy;
use crate::mail::{MailRate, MailSettings, Mailer};

/// Where metrics and health are served unless `METRICS_ADDR` says otherwise.
pub(crate) const METRICS_PORT: u16 = 9101;

/// The settings of `dossier-worker run`.
#[derive(Debug)]
pub struct Settings {
    /// Where the database is.
    pub database: DatabaseSettings,
    /// Where clients reach the service, without a trailing slash.
    pub public_url: Arc<str>,
    /// Whether people can be invited.
    pub takes_invitations: bool,
    /// The keys of tokens in mails and links.
    pub token_keys: TokenKeys,
    /// Where documents are kept, and what seals them.
    pub blobs: BlobSettings,
    /// The way to people's mailboxes.
    pub mailer: Mailer,
    /// How many mails all workers send in a time, if that is set.
    pub mail_rate: Option<MailRate>,
    /// What to make of embedded objects, links and mismatched names.
    pub policy: Policy,
    /// The virus scanner.
    pub antivirus: Antivirus,
    /// How long bytes are kept that nobody can download any more.
    pub retention: Retention,
    /// Which queues to take jobs from.
    pub queue_names: Vec<QueueName>,
    /// How the queues behave.
    pub queues: QueueSettings,
    /// Metrics, health, and how to stop.
    pub frame: FrameSettings,
}

impl Settings {
    /// Reads all settings; what the command line says goes before the environment.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] with every problem.
    pub fn read(
        mut env: Environment,
        queue_names: Vec<QueueName>,
        concurrency: Option<usize>,
    ) -> Result<Self, ConfigError> {
        let database = DatabaseSettings::read(&mut env);
        let public_url = read_public_url(&mut env);
        let takes_invitations = read_takes_invitations(&mut env);
        let token_keys = read_token_keys(&mut env);
        let blobs = read_blob_settings(&mut env);
        let mail = MailSettings::read(&mut env);
        let mail_rate = MailRate::read(&mut env);
        let policy = read_policy(&mut env);
        let antivirus = Antivirus::read(&mut env);
        let retention = Retention::read(&mut env);
        let queue_names = match queue_names {
            named if !named.is_empty() => named,
            _ => read_queue_names(&mut env),
        };
        let mut queues = read_queue_settings(&mut env);
        queues.concurrency = concurrency.unwrap_or(queues.concurrency);
        if let Some(mail) = &mail {
            mail.check_time_limit(&mut env, SendEmail::time_limit(&queues));
        }
        let frame = FrameSettings::read(&mut env, "dossier-worker", METRICS_PORT);
        let settings = (|| {
            Some(Self {
                database: database?,
                public_url: public_url?,
                takes_invitations,
                token_keys: token_keys?,
                blobs,
                mailer: Mailer::smtp(mail?),
                mail_rate,
                policy,
                antivirus,
                retention,
                queue_names,
                queues,
                frame,
            })
        })();
        env.finish(settings)
    }
}

/// What to make of embedded objects, links and mismatched names.
pub(crate) fn read_policy(env: &mut Environment) -> Policy {
    let name = env.text("INSPECTION_POLICY");
    let policy = Policy::by_name(name.as_deref().unwrap_or("standard"));
    policy.unwrap_or_else(|| {
        env.problem("INSPECTION_POLICY", "must be standard or strict");
        Policy::standard()
    })
}

/// Whether people can be invited, by `SIGN_UP`: the API says what is wrong with it.
fn read_takes_invitations(env: &mut Environment) -> bool {
    let policy = env.text("SIGN_UP");
    policy.is_none_or(|policy| policy.trim() != "closed")
}

fn read_queue_names(env: &mut Environment) -> Vec<QueueName> {
    let Some(list) = env.text("WORKER_QUEUES") else {
        return QueueName::ALL.to_vec();
    };
    let parsed: Result<Vec<QueueName>, _> = list
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .map(str::parse)
        .collect();
    parsed.unwrap_or_else(|_| {
        let names: Vec<&str> = QueueName::ALL.iter().map(|name| name.as_str()).collect();
        let names = names.join(", ");
        env.problem(
            "WORKER_QUEUES",
            format!("must be a comma-separated choice of {names}"),
        );
        Vec::new()
    })
}
