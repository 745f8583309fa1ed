//! Where the database is.

use mongodb::options::ClientOptions;
use secrecy::{ExposeSecret, SecretString};

use crate::Environment;

/// Where the database is.
#[derive(Clone, Debug)]
pub struct DatabaseSettings {
    uri: SecretString,
}

impl DatabaseSettings {
    /// Reads `MONGODB_URI`.
    pub fn read(env: &mut Environment) -> Option<Self> {
        let rule = "must be a connection string such as \
                    mongodb://127.0.0.1:27017/dossier?replicaSet=rs0";
        let uri = env.secret("MONGODB_URI", rule)?;
        let text = uri.expose_secret();
        if !text.starts_with("mongodb://") && !text.starts_with("mongodb+srv://") {
            env.problem("MONGODB_URI", rule);
            return None;
        }
        Some(Self { uri })
    }

    /// The connection string; it may hold a password.
    pub fn uri(&self) -> &str {
        self.uri.expose_secret()
    }
}

/// The database that a connection string names; `dossier` when it names none.
pub fn database_name(options: &ClientOptions) -> &str {
    options.default_database.as_deref().unwrap_or("dossier")
}
