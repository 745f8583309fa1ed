//! What every job handler can reach.

use std::sync::Arc;

use dossier_common::clock::Clock;
use dossier_common::entropy::Entropy;
use dossier_common::store::Store;
use dossier_common::token::TokenKeys;

use crate::inspection::Inspector;
use crate::mail::Mailer;

/// What every job handler can reach; cheap to clone.
#[derive(Clone, Debug)]
pub struct Services {
    /// The database.
    pub store: Store,
    /// The time.
    pub clock: Clock,
    /// Randomness.
    pub entropy: Entropy,
    /// The keys of tokens in mails and links.
    pub token_keys: TokenKeys,
    /// The way to people's mailboxes.
    pub mailer: Mailer,
    /// The way into documents.
    pub inspector: Inspector,
    /// Where clients reach the service, without a trailing slash.
    pub public_url: Arc<str>,
    /// Whether people can be invited: recipients without an account are told of documents only then.
    pub takes_invitations: bool,
}
