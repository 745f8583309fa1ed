//! The keys of the API.

use dossier_common::blob::BlobKeys;
use dossier_common::config::{
    ConfigError, Environment, read_blob_keys, read_blob_keys_again, read_token_keys,
};
use dossier_common::token::TokenKeys;
use dossier_service::Keys;

use crate::signing_keys::SigningKeys;

/// The keys of the API. Clones share them.
#[derive(Clone, Debug)]
pub struct ApiKeys {
    /// The keys of tokens in mails and links.
    pub tokens: TokenKeys,
    /// The keys of access tokens.
    pub signing: SigningKeys,
    /// The keys of stored documents, if they are sealed.
    pub blobs: Option<BlobKeys>,
}

impl ApiKeys {
    /// Reads `FERNET_KEYS`, `JWT_KEYS` and `BLOB_KEYS`, noting what is wrong with them.
    pub fn read(env: &mut Environment) -> Option<Self> {
        let (tokens, signing) = (read_token_keys(env), SigningKeys::read(env));
        let blobs = read_blob_keys(env);
        Some(Self {
            tokens: tokens?,
            signing: signing?,
            blobs,
        })
    }
}

impl Keys for ApiKeys {
    fn read_again(&self, mut env: Environment) -> Result<(), ConfigError> {
        let (tokens, signing) = (read_token_keys(&mut env), SigningKeys::read(&mut env));
        let blobs = read_blob_keys_again(&mut env, self.blobs.as_ref());
        let (tokens, signing) = env.finish(tokens.zip(signing))?;
        self.tokens.replace(&tokens);
        self.signing.replace(&signing);
        if let (Some(keys), Some(others)) = (&self.blobs, &blobs) {
            keys.replace(others);
        }
        Ok(())
    }

    fn ids(&self) -> Vec<(&'static str, Vec<String>)> {
        let mut ids = vec![
            ("FERNET_KEYS", self.tokens.ids()),
            ("JWT_KEYS", self.signing.ids()),
        ];
        ids.extend(self.blobs.as_ref().map(|keys| ("BLOB_KEYS", keys.ids())));
        ids
    }
}
