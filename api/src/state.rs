//! What every handler can reach.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use dossier_common::clock::Clock;
use dossier_common::entropy::Entropy;
use dossier_common::store::Store;
use dossier_common::store::watch::Changes;
use dossier_common::token::TokenKeys;

use crate::access_token::AccessTokens;
use crate::config::Limits;
use crate::password::PasswordHasher;

/// What every handler can reach; cheap to clone.
#[derive(Clone, Debug)]
pub struct AppState {
    /// The database.
    pub store: Store,
    /// What others changed in it.
    pub changes: Changes,
    /// The time.
    pub clock: Clock,
    /// Randomness.
    pub entropy: Entropy,
    /// The keys of tokens in mails and links.
    pub token_keys: TokenKeys,
    /// The keys and rules of bearer tokens.
    pub access_tokens: Arc<AccessTokens>,
    /// The password hasher.
    pub passwords: PasswordHasher,
    /// Where clients reach the service, without a trailing slash.
    pub public_url: Arc<str>,
    /// What is allowed at most.
    pub limits: Limits,
    /// Whether the process is on its way out.
    pub draining: Draining,
}

/// Set once the process stops taking new work.
#[derive(Clone, Debug, Default)]
pub struct Draining(Arc<AtomicBool>);

impl Draining {
    /// From now on the process is not ready.
    pub fn begin(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Whether the process is on its way out.
    pub fn has_begun(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}
