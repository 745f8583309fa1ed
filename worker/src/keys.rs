//! The keys of a worker.

use dossier_common::blob::BlobKeys;
use dossier_common::config::{ConfigError, Environment, read_blob_keys_again, read_token_keys};
use dossier_common::token::TokenKeys;
use dossier_service::Keys;

/// The keys of a worker. Clones share them.
#[derive(Clone, Debug)]
pub(crate) struct WorkerKeys {
    /// The keys of tokens in mails and links.
    pub(crate) tokens: TokenKeys,
    /// The keys of stored documents, if they are sealed.
    pub(crate) blobs: Option<BlobKeys>,
}

impl Keys for WorkerKeys {
    fn read_again(&self, mut env: Environment) -> Result<(), ConfigError> {
        let tokens = read_token_keys(&mut env);
        let blobs = read_blob_keys_again(&mut env, self.blobs.as_ref());
        self.tokens.replace(&env.finish(tokens)?);
        if let (Some(keys), Some(others)) = (&self.blobs, &blobs) {
            keys.replace(others);
        }
        Ok(())
    }

    fn ids(&self) -> Vec<(&'static str, Vec<String>)> {
        let mut ids = vec![("FERNET_KEYS", self.tokens.ids())];
        ids.extend(self.blobs.as_ref().map(|keys| ("BLOB_KEYS", keys.ids())));
        ids
    }
}
