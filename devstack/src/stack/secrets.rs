//! Development secrets, made once per state folder.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use rand::distr::{Alphanumeric, SampleString};
use serde::{Deserialize, Serialize};

use super::error::Error;
use super::record::Login;
use super::state_dir::StateDir;

const FILE: &str = "secrets.json";

/// What the services of a stack need to keep secret.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Secrets {
    /// Seals verification and download tokens.
    pub fernet_keys: String,
    /// Signs access tokens.
    pub jwt_keys: String,
    /// Wraps the keys of documents. A folder from before there were any has none, and gets none.
    #[serde(default)]
    pub blob_keys: Option<String>,
    /// Authorises requests to the supervisor.
    pub control_token: String,
    /// A user who uploads.
    pub ops: Login,
    /// A user who administers.
    pub admin: Login,
}

impl Secrets {
    /// The folder's secrets, made now if it has none.
    ///
    /// # Errors
    ///
    /// When they cannot be read or written.
    pub fn of(state: &StateDir) -> Result<Self, Error> {
        if let Some(kept) = state.read(FILE)? {
            return Ok(kept);
        }
        let made = Self::generate();
        state.write(FILE, &made)?;
        Ok(made)
    }

    fn generate() -> Self {
        Self {
            fernet_keys: URL_SAFE.encode(rand::random::<[u8; 32]>()),
            jwt_keys: format!("dev:{}", STANDARD.encode(rand::random::<[u8; 32]>())),
            blob_keys: Some(format!(
                "dev:{}",
                STANDARD.encode(rand::random::<[u8; 32]>())
            )),
            control_token: password(),
            ops: Login {
                email: "ops@dossier.example".into(),
                password: password(),
            },
            admin: Login {
                email: "admin@dossier.example".into(),
                password: password(),
            },
        }
    }
}

#[allow(
    clippy::disallowed_methods,
    reason = "real secrets come from the system's generator"
)]
fn password() -> String {
    Alphanumeric.sample_string(&mut rand::rng(), 24)
}
