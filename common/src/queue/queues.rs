//! The queues themselves: names, retry schedules, storages.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use apalis_mongodb::{Config, MongoStorage, RetryStrategy};
use mongodb::Database;
use mongodb::options::ClientOptions;

use super::{MintDownloadToken, QueueSettings, SendEmail, ValidateUpload};

/// A queue's name; frozen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum QueueName {
    /// Mails.
    SendEmail,
    /// Inspections of uploads.
    ValidateUpload,
    /// Tokens of download links.
    MintDownloadToken,
}

impl QueueName {
    /// Every queue.
    pub const ALL: [Self; 3] = [
        Self::SendEmail,
        Self::ValidateUpload,
        Self::MintDownloadToken,
    ];

    /// The name as stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SendEmail => "send-email",
            Self::ValidateUpload => "validate-upload",
            Self::MintDownloadToken => "mint-download-token",
        }
    }

    /// How often a job of this queue is tried.
    pub fn max_attempts(self) -> u32 {
        match self {
            Self::SendEmail => 12,
            Self::ValidateUpload => 20,
            Self::MintDownloadToken => 8,
        }
    }

    /// How long one attempt at a job of this queue may take.
    pub fn time_limit(self, settings: &QueueSettings) -> Duration {
        match self {
            Self::SendEmail => settings.time_limits.send_email,
            Self::ValidateUpload => settings.time_limits.validate_upload,
            Self::MintDownloadToken => settings.time_limits.mint_download_token,
        }
    }

    fn retry(self, settings: &QueueSettings) -> RetryStrategy {
        let (base, max) = match self {
            Self::SendEmail => (settings.mail_retry_base, Duration::from_secs(60 * 60)),
            Self::ValidateUpload => (Duration::from_secs(1), Duration::from_secs(5 * 60)),
            Self::MintDownloadToken => (Duration::from_millis(100), Duration::from_secs(10)),
        };
        RetryStrategy::Exponential {
            base,
            factor: 2.0,
            max,
            jitter: 0.1,
        }
    }

    /// The configuration of this queue's storage.
    pub fn config(self, settings: &QueueSettings) -> Config {
        Config::new(self.as_str())
            .lease_duration(settings.lease)
            .heartbeat_interval(settings.lease / 3)
            .sweep_interval(settings.lease / 3)
            .batch_size(settings.concurrency)
            .max_in_flight(2 * settings.concurrency)
            .max_attempts(self.max_attempts())
            .retry(self.retry(settings))
    }
}

impl fmt::Display for QueueName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Why a text names no queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be send-email, validate-upload or mint-download-token")]
pub struct ParseQueueNameError;

impl FromStr for QueueName {
    type Err = ParseQueueNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|name| name.as_str() == text)
            .ok_or(ParseQueueNameError)
    }
}

/// The storages of all queues over one database.
#[derive(Clone, Debug)]
pub struct Queues {
    /// Mails.
    pub send_email: MongoStorage<SendEmail>,
    /// Inspections of uploads.
    pub validate_upload: MongoStorage<ValidateUpload>,
    /// Tokens of download links.
    pub mint_download_token: MongoStorage<MintDownloadToken>,
}

impl Queues {
    /// The queues in `database`; nothing is read or written yet. The workers' heartbeats have a thread
    /// and a client of their own, which is made from `client`.
    pub fn new(database: &Database, client: &ClientOptions, settings: &QueueSettings) -> Self {
        let config = |queue: QueueName| queue.config(settings).heartbeat_client(client.clone());
        Self {
            send_email: MongoStorage::new(database, config(QueueName::SendEmail)),
            validate_upload: MongoStorage::new(database, config(QueueName::ValidateUpload)),
            mint_download_token: MongoStorage::new(database, config(QueueName::MintDownloadToken)),
        }
    }
}
