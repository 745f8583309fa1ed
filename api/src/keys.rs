//! The keys of the API.

use dossier_common::config::{ConfigError, Environment, read_token_keys};
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
}

impl ApiKeys {
    /// Reads `FERNET_KEYS` and `JWT_KEYS`, noting what is wrong with them.
    pub fn read(env: &mut Environment) -> Option<Self> {
        let (tokens, signing) = (read_token_keys(env), SigningKeys::read(env));
        Some(Self {
            tokens: tokens?,
            signing: signing?,
        })
    }
}

impl Keys for ApiKeys {
    fn read_again(&self, mut env: Environment) -> Result<(), ConfigError> {
        let keys = Self::read(&mut env);
        let keys = env.finish(keys)?;
        self.tokens.replace(&keys.tokens);
        self.signing.replace(&keys.signing);
        Ok(())
    }

    fn ids(&self) -> Vec<(&'static str, Vec<String>)> {
        vec![
            ("FERNET_KEYS", self.tokens.ids()),
            ("JWT_KEYS", self.signing.ids()),
        ]
    }
}
