//! The settings that more than one program reads.

use std::net::SocketAddr;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use super::Environment;
use crate::blob::{BlobKeys, BlobSettings, BlobUrl, ParseBlobUrlError};
use crate::queue::{QueueName, QueueSettings};
use crate::token::TokenKeys;

/// How log lines are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line, for machines.
    Json,
}

impl FromStr for LogFormat {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err(()),
        }
    }
}

/// Reads `PUBLIC_URL`: where clients reach the service, without a trailing slash.
pub fn read_public_url(env: &mut Environment) -> Option<Arc<str>> {
    let rule = "must be the http(s) address at which clients reach the service, such as \
                https://dossier.example.com, and have no path: the service answers at the root of \
                its host";
    let url: url::Url = env.required("PUBLIC_URL", rule)?;
    let plain = matches!(url.scheme(), "http" | "https")
        && url.host().is_some()
        && url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty();
    if !plain {
        env.problem("PUBLIC_URL", rule);
        return None;
    }
    Some(url.as_str().trim_end_matches('/').into())
}

/// Reads the address to listen on that `name` holds; on this machine alone unless it says else.
pub fn read_address(env: &mut Environment, name: &str, default_port: u16) -> SocketAddr {
    let rule = "must be an address and a port such as 127.0.0.1:8080 (port 0 picks a free one)";
    env.value(name, rule, SocketAddr::from(([127, 0, 0, 1], default_port)))
}

/// Reads `FERNET_KEYS`.
pub fn read_token_keys(env: &mut Environment) -> Option<TokenKeys> {
    let list = env.secret(
        "FERNET_KEYS",
        "must be one or more keys of 32 bytes in URL-safe base64, separated by commas; the first seals",
    )?;
    match TokenKeys::parse(&list) {
        Ok(keys) => Some(keys),
        Err(error) => {
            env.problem("FERNET_KEYS", error);
            None
        }
    }
}

/// Reads `BLOB_URL` and `BLOB_KEYS`, which may be absent.
pub fn read_blob_settings(env: &mut Environment) -> BlobSettings {
    BlobSettings {
        url: read_blob_url(env),
        keys: read_blob_keys(env),
    }
}

/// Reads `BLOB_URL`; nothing when it is absent.
pub fn read_blob_url(env: &mut Environment) -> Option<BlobUrl> {
    match env.text("BLOB_URL")?.parse() {
        Ok(url) => Some(url),
        Err(error) => {
            let error: ParseBlobUrlError = error;
            env.problem("BLOB_URL", error);
            None
        }
    }
}

/// Reads `BLOB_KEYS`; nothing when it is absent.
pub fn read_blob_keys(env: &mut Environment) -> Option<BlobKeys> {
    let is_set = |name| env.text(name).is_some();
    if !is_set("BLOB_KEYS") && !is_set("BLOB_KEYS_FILE") {
        return None;
    }
    let list = env.secret(
        "BLOB_KEYS",
        "must be one or more keys as kid:base64 of 32 random bytes, separated by commas; the first wraps",
    )?;
    match BlobKeys::parse(&list) {
        Ok(keys) => Some(keys),
        Err(error) => {
            env.problem("BLOB_KEYS", error);
            None
        }
    }
}

/// Reads `BLOB_KEYS` again, for a process that has `keys`. Whether documents are sealed at all is decided when
/// it starts.
pub fn read_blob_keys_again(env: &mut Environment, keys: Option<&BlobKeys>) -> Option<BlobKeys> {
    let others = read_blob_keys(env);
    if keys.is_some() != others.is_some() {
        let rule = "was set or removed: that takes a restart";
        env.problem("BLOB_KEYS", rule);
    }
    others
}

/// Reads `QUEUE_LEASE_SECONDS`, `MAIL_RETRY_BASE_SECONDS`, `NOTICE_DELAY_SECONDS`,
/// `WORKER_CONCURRENCY` and the time limits of the queues.
pub fn read_queue_settings(env: &mut Environment) -> QueueSettings {
    let default = QueueSettings::default();
    let time_limits = QueueName::ALL.iter().filter_map(|queue| {
        let name = queue.timeout_variable();
        env.text(&name)?;
        let seconds = env.number(&name, 1..=3600, 1);
        Some((queue.as_str(), Duration::from_secs(seconds)))
    });
    let time_limits = time_limits.collect();
    let notice_delay = env.number(
        "NOTICE_DELAY_SECONDS",
        0..=86_400,
        default.notice_delay.as_secs(),
    );
    let mut seconds = |name, default: Duration| {
        Duration::from_secs(env.number(name, 1..=3600, default.as_secs()))
    };
    QueueSettings {
        lease: seconds("QUEUE_LEASE_SECONDS", default.lease),
        mail_retry_base: seconds("MAIL_RETRY_BASE_SECONDS", default.mail_retry_base),
        notice_delay: Duration::from_secs(notice_delay),
        time_limits,
        concurrency: usize::try_from(env.number(
            "WORKER_CONCURRENCY",
            1..=256,
            default.concurrency as u64,
        ))
        .unwrap_or(default.concurrency),
    }
}
