//! What every handler can reach.

use std::ops::Deref;
use std::sync::Arc;

use dossier_common::clock::Clock;
use dossier_common::entropy::Entropy;
use dossier_common::store::free_space::FreeSpace;
use dossier_common::store::watch::Changes;
use dossier_common::store::{Reachability, Store};
use dossier_common::token::TokenKeys;
pub use dossier_service::Draining;

use crate::access_token::AccessTokens;
use crate::audit::Audit;
use crate::config::Limits;
use crate::console_setting::ConsoleSetting;
use crate::console_tokens::ConsoleTokens;
use crate::download_watch::DownloadWatch;
use crate::event_places::EventPlaces;
use crate::file_feed::FileFeed;
use crate::file_watch::FileWatch;
use crate::legacy_audience::LegacyAudience;
use crate::link_turns::LinkTurns;
use crate::operation_runner::OperationRunner;
use crate::overview_feed::OverviewFeed;
use crate::password::PasswordHasher;
use crate::refresh_token::RefreshTokens;
use crate::sign_up_policy::SignUpPolicy;
use crate::throttle::Throttle;
use crate::totp::TotpRoles;
use crate::trusted_proxies::TrustedProxies;

/// What every handler can reach.
///
/// The router clones it several times a request, for every layer and extractor that has it: so it is
/// one pointer. With the parts side by side, their clones took half of the processor time of
/// `GET /v1/me`.
#[derive(Clone, Debug)]
pub struct AppState(Arc<Parts>);

impl AppState {
    /// Of these parts.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

impl Deref for AppState {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// What the service is made of.
#[derive(Clone, Debug)]
pub struct Parts {
    /// The database.
    pub store: Store,
    /// Whether it answers.
    pub reachability: Reachability,
    /// How much room is left on its volume.
    pub free_space: FreeSpace,
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
    /// The keys of refresh tokens.
    pub refresh_tokens: Arc<RefreshTokens>,
    /// The keys of the web console's cookies and forms.
    pub console_tokens: Arc<ConsoleTokens>,
    /// Whether the web console is served.
    pub console: ConsoleSetting,
    /// The password hasher.
    pub passwords: PasswordHasher,
    /// Who did what.
    pub audit: Audit,
    /// How much of what is scarce anybody may ask for.
    pub throttle: Throttle,
    /// Where clients reach the service, without a trailing slash.
    pub public_url: Arc<str>,
    /// The proxies that say where requests come from.
    pub trusted_proxies: TrustedProxies,
    /// Who may sign up.
    pub sign_up: SignUpPolicy,
    /// Whose accounts need a second factor.
    pub totp_required_for: TotpRoles,
    /// Whom documents are meant for that come by the interface of the FastAPI generation.
    pub legacy_audience: LegacyAudience,
    /// What carries out operations on many jobs.
    pub operations: OperationRunner,
    /// What reads the overview for those who listen to it.
    pub overview: OverviewFeed,
    /// What ends downloads under way.
    pub downloads: DownloadWatch,
    /// Whose turn it is to look at a limited link.
    pub link_turns: LinkTurns,
    /// What reads the changes of all documents for those who listen to them.
    pub file_feed: FileFeed,
    /// What reads single documents for those who wait for them.
    pub file_watch: FileWatch,
    /// How many may listen to either.
    pub event_places: EventPlaces,
    /// What is allowed at most.
    pub limits: Limits,
    /// How far the process is on its way out.
    pub draining: Draining,
}
