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
    /// A user whom documents are meant for. A folder from before there was one gets it at the next start.
    #[serde(default)]
    pub client: Login,
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
        if let Some(kept) = state.read::<Self>(FILE)? {
            return kept.completed(state);
        }
        let made = Self::generate();
        state.write(FILE, &made)?;
        Ok(made)
    }

    /// The same with a client.
    fn completed(mut self, state: &StateDir) -> Result<Self, Error> {
        if self.client.email.is_empty() {
            self.client = login("demo.client");
            state.write(FILE, &self)?;
        }
        Ok(self)
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
            ops: login("ops"),
            client: login("demo.client"),
            admin: login("admin"),
        }
    }
}

fn login(name: &str) -> Login {
    Login {
        email: format!("{name}@dossier.example"),
        password: password(),
    }
}

#[allow(
    clippy::disallowed_methods,
    reason = "real secrets come from the system's generator"
)]
fn password() -> String {
    Alphanumeric.sample_string(&mut rand::rng(), 24)
}
