//! The settings of the API.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use dossier_common::blob::BlobSettings;
use dossier_common::config::{
    ConfigError, DatabaseSettings, Environment, read_address, read_blob_url, read_public_url,
    read_queue_settings,
};
use dossier_common::queue::QueueSettings;
use dossier_common::retention::Retention;
use dossier_service::{FrameSettings, server};

use crate::console_setting::ConsoleSetting;
use crate::keys::ApiKeys;
use crate::legacy_audience::LegacyAudience;
use crate::sign_up_policy::SignUpPolicy;
use crate::storage_limits::StorageLimits;
use crate::totp::TotpRoles;
use crate::trusted_proxies::TrustedProxies;

/// Where metrics and health are served unless `METRICS_ADDR` says otherwise.
pub(crate) const METRICS_PORT: u16 = 9100;

const MIB: u64 = 1024 * 1024;

const HOUR_SECONDS: u64 = 60 * 60;

/// What is allowed at most.
#[derive(Clone, Debug)]
pub struct Limits {
    /// The longest document, in bytes.
    pub upload_bytes: u64,
    /// How long an upload may stay silent.
    pub upload_idle: Duration,
    /// How long an upload that arrives over several requests is kept after the last bytes.
    pub upload_expiry: Duration,
    /// How long an upload may take in all.
    pub upload_total: Duration,
    /// How many bytes a second an upload must have on average, after twice the longest silence; 0 for no such rule.
    pub upload_rate: u64,
    /// How much of the usual number of requests is allowed, in percent.
    pub rate_percent: u32,
    /// How much documents may take.
    pub storage: StorageLimits,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            upload_bytes: 100 * MIB,
            upload_idle: Duration::from_secs(30),
            upload_expiry: Duration::from_secs(24 * HOUR_SECONDS),
            upload_total: Duration::from_secs(60 * 60),
            upload_rate: 1024,
            rate_percent: 100,
            storage: StorageLimits::default(),
        }
    }
}

/// The settings of `dossier-api serve`.
#[derive(Debug)]
pub struct Settings {
    /// Where the database is.
    pub database: DatabaseSettings,
    /// Where clients reach the service, without a trailing slash.
    pub public_url: Arc<str>,
    /// Where to listen for clients.
    pub listen_addr: SocketAddr,
    /// The keys of tokens and of documents.
    pub keys: ApiKeys,
    /// Where documents are kept, and what seals them.
    pub blobs: BlobSettings,
    /// The proxies that say where requests come from.
    pub trusted_proxies: TrustedProxies,
    /// Who may sign up.
    pub sign_up: SignUpPolicy,
    /// Whose accounts need a second factor.
    pub totp_required_for: TotpRoles,
    /// Whom documents are meant for that come by the interface of the FastAPI generation.
    pub legacy_audience: LegacyAudience,
    /// Whether the web console is served.
    pub console: ConsoleSetting,
    /// What is allowed at most.
    pub limits: Limits,
    /// How long bytes are kept that nobody can download any more.
    pub retention: Retention,
    /// The queues.
    pub queues: QueueSettings,
    /// What connections may take.
    pub connections: server::Limits,
    /// Metrics, health, and how to stop.
    pub frame: FrameSettings,
}

impl Settings {
    /// Reads all settings.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] with every problem.
    pub fn read(mut env: Environment) -> Result<Self, ConfigError> {
        let database = DatabaseSettings::read(&mut env);
        let public_url = read_public_url(&mut env);
        let keys = ApiKeys::read(&mut env);
        let blobs = BlobSettings {
            url: read_blob_url(&mut env),
            keys: keys.as_ref().and_then(|keys| keys.blobs.clone()),
        };
        let listen_addr = read_address(&mut env, "LISTEN_ADDR", 8080);
        let nobody = TrustedProxies::default();
        let trusted_proxies = env.value("TRUSTED_PROXIES", TrustedProxies::RULE, nobody);
        let sign_up = env.value("SIGN_UP", SignUpPolicy::RULE, SignUpPolicy::default());
        let nobody = TotpRoles::default();
        let totp_required_for = env.value("TOTP_REQUIRED_FOR", TotpRoles::RULE, nobody);
        let everyone = LegacyAudience::default();
        let legacy_audience = env.value("LEGACY_AUDIENCE", LegacyAudience::RULE, everyone);
        let console = env.value("CONSOLE", ConsoleSetting::RULE, ConsoleSetting::default());
        let limits = read_limits(&mut env);
        let retention = Retention::read(&mut env);
        let queues = read_queue_settings(&mut env);
        let connections = server::Limits::read(&mut env);
        let frame = FrameSettings::read(&mut env, "dossier-api", METRICS_PORT).with_delay(&mut env);
        let settings = (|| {
            Some(Self {
                database: database?,
                public_url: public_url?,
                listen_addr,
                keys: keys?,
                blobs,
                trusted_proxies,
                sign_up,
                totp_required_for,
                legacy_audience,
                console,
                limits,
                retention,
                queues,
                connections,
                frame,
            })
        })();
        env.finish(settings)
    }
}

fn read_limits(env: &mut Environment) -> Limits {
    let default = Limits::default();
    Limits {
        upload_bytes: env.number(
            "MAX_UPLOAD_BYTES",
            1..=16 * 1024 * MIB,
            default.upload_bytes,
        ),
        upload_idle: Duration::from_secs(env.number(
            "UPLOAD_IDLE_SECONDS",
            1..=3600,
            default.upload_idle.as_secs(),
        )),
        upload_expiry: Duration::from_secs(
            HOUR_SECONDS
                * env.number(
                    "UPLOAD_EXPIRY_HOURS",
                    1..=720,
                    default.upload_expiry.as_secs() / HOUR_SECONDS,
                ),
        ),
        upload_total: Duration::from_secs(env.number(
            "UPLOAD_TIMEOUT_SECONDS",
            1..=86_400,
            default.upload_total.as_secs(),
        )),
        upload_rate: env.number(
            "UPLOAD_MIN_BYTES_PER_SECOND",
            0..=1024 * MIB,
            default.upload_rate,
        ),
        rate_percent: u32::try_from(env.number(
            "RATE_LIMIT_PERCENT",
            10..=1_000_000,
            u64::from(default.rate_percent),
        ))
        .unwrap_or(default.rate_percent),
        storage: StorageLimits::read(env),
    }
}
