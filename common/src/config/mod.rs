//! Configuration from environment variables.
//!
//! Every program reads its variables through one [`Environment`], which collects all problems, so
//! that an operator sees them at once and not one per start. The table of all variables is
//! `.env.example` in the repository's root.

mod settings;

pub use dossier_startup::{ConfigError, DatabaseSettings, Environment};
pub use settings::{
    LogFormat, read_address, read_blob_keys, read_blob_keys_again, read_blob_settings,
    read_blob_url, read_public_url, read_queue_settings, read_token_keys,
};
