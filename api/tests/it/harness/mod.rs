//! The whole service on a database of its own: real router, real MongoDB, a clock that stands
//! still until it is told otherwise, randomness from a seed.

mod call;
mod confirm;
mod documents;
mod events;
mod fail_point;
mod invitations;
mod jobs;
mod operations;
mod own_server;
mod parsed;
mod people;
mod program;
mod reading;
mod resets;
mod routes;
mod totp;
mod turn;
mod tus;
mod visitor;
mod wire;
mod workers;

pub(crate) use call::{Answer, Call, Form};
pub(crate) use documents::NewFile;
pub(crate) use dossier_devstack::testing::{FERNET_KEY, PATIENCE, eventually};
pub(crate) use events::Events;
pub(crate) use fail_point::FailPoint;
pub(crate) use operations::Operation;
pub(crate) use own_server::{OwnServer, mongod_binary, mongod_with};
pub(crate) use parsed::{Parsed, answer_to};
pub(crate) use people::{PASSWORD, Person, hash_of_password};
pub(crate) use program::{Program, Running};
pub(crate) use routes::routes_in;
pub(crate) use totp::Device;
pub(crate) use tus::{
    broken_after, bytes_of, for_everyone, offset_in, tus_checksum, tus_metadata, upload_path,
};
pub(crate) use visitor::{Visitor, encoded};
pub(crate) use wire::{Wire, read_to_end};
pub(crate) use workers::Workers;

use std::fmt::Debug;
use std::sync::{Arc, OnceLock};

use axum::Router;
use dossier_api::access_token::AccessTokens;
use dossier_api::audit::Audit;
use dossier_api::config::Limits;
use dossier_api::console_setting::ConsoleSetting;
use dossier_api::console_tokens::ConsoleTokens;
use dossier_api::download_watch::DownloadWatch;
use dossier_api::event_places::EventPlaces;
use dossier_api::file_feed::FileFeed;
use dossier_api::file_watch::FileWatch;
use dossier_api::legacy_audience::LegacyAudience;
use dossier_api::link_turns::LinkTurns;
use dossier_api::operation_runner::OperationRunner;
use dossier_api::overview_feed::OverviewFeed;
use dossier_api::password::PasswordHasher;
use dossier_api::refresh_token::RefreshTokens;
use dossier_api::router::router;
use dossier_api::sign_up_policy::SignUpPolicy;
use dossier_api::signing_keys::SigningKeys;
use dossier_api::state::{AppState, Draining, Parts};
use dossier_api::throttle::Throttle;
use dossier_api::totp::TotpRoles;
use dossier_api::trusted_proxies::TrustedProxies;
use dossier_common::audit::{Act, Actor, AuditEntry};
use dossier_common::blob::BlobSettings;
use dossier_common::clock::Clock;
use dossier_common::entropy::Entropy;
use dossier_common::queue::QueueSettings;
use dossier_common::store::free_space::FreeSpace;
use dossier_common::store::watch::Changes;
use dossier_common::store::{Reachability, Store};
use dossier_common::token::TokenKeys;
use dossier_devstack::testing::{START, TestDatabase};
use mongodb::Database;
use mongodb::bson::{DateTime, Document, doc};

use self::turn::Turn;

pub(crate) const PUBLIC_URL: &str = "https://dossier.example.com";
pub(crate) const JWT_KEYS: &str = "k1:eE0auGV6JxcRBWaM6krMww84hYlcRscs0xtDNgbUpM4=";

/// What tests allow that are not about limits of requests: all of them come from one network, and in
/// no time.
pub(crate) const MANY_PERCENT: u32 = 1_000_000;

/// The service.
pub(crate) struct App {
    pub(crate) state: AppState,
    pub(crate) router: Router,
    database: TestDatabase,
    _turn: Turn,
}

impl App {
    pub(crate) async fn start() -> Self {
        Self::with_limits(Limits::default()).await
    }

    /// While no other test runs: for hundreds of requests at once, which are refused on a machine that is busy.
    pub(crate) async fn start_alone() -> Self {
        let turn = Turn::alone().await;
        let app = Self::start().await;
        Self { _turn: turn, ..app }
    }

    pub(crate) async fn with_limits(limits: Limits) -> Self {
        let rate_percent = MANY_PERCENT;
        let limits = Limits {
            rate_percent,
            ..limits
        };
        Self::with(limits, JWT_KEYS).await
    }

    /// With `percent` of the limits of requests that there are by default.
    pub(crate) async fn throttled(rate_percent: u32) -> Self {
        let limits = Limits {
            rate_percent,
            ..Limits::default()
        };
        Self::with(limits, JWT_KEYS).await
    }

    async fn with(limits: Limits, jwt_keys: &str) -> Self {
        let turn = Turn::beside_others().await;
        let database = migrated_database().await;
        // The application's name is the database's, so that a fail point hits this test alone.
        let name = database.database().name();
        let store = Store::connect(database.uri(), name, &QueueSettings::default()).await;
        let store = store.expect("the database can be reached");
        let (clock, entropy) = (Clock::manual(START), Entropy::seeded(7));
        let token_keys = TokenKeys::parse(&FERNET_KEY.into()).expect("the key is good");
        let pseudonyms = token_keys.pseudonyms();
        let percent = limits.rate_percent;
        let draining = Draining::default();
        let changes = Changes::watch(store.clone());
        let state = AppState::new(Parts {
            audit: Audit::new(
                store.clone(),
                clock.clone(),
                entropy.clone(),
                pseudonyms.clone(),
            ),
            throttle: Throttle::new(store.clone(), clock.clone(), pseudonyms, percent),
            file_feed: FileFeed::new(store.clone()),
            file_watch: FileWatch::new(store.clone(), changes.clone()),
            event_places: EventPlaces::default(),
            changes,
            reachability: Reachability::watch(store.clone()),
            operations: OperationRunner::new(store.clone(), draining.clone()),
            overview: OverviewFeed::new(store.clone()),
            downloads: DownloadWatch::new(store.clone(), clock.clone()),
            link_turns: LinkTurns::default(),
            free_space: FreeSpace::of(store.clone()),
            store,
            clock,
            entropy,
            token_keys,
            access_tokens: access_tokens(jwt_keys),
            refresh_tokens: refresh_tokens(jwt_keys),
            console_tokens: console_tokens(jwt_keys),
            console: ConsoleSetting::On,
            passwords: hasher(),
            public_url: PUBLIC_URL.into(),
            trusted_proxies: TrustedProxies::default(),
            sign_up: SignUpPolicy::Open,
            totp_required_for: TotpRoles::default(),
            legacy_audience: LegacyAudience::Everyone,
            limits,
            draining,
        });
        Self {
            router: router(state.clone()),
            state,
            database,
            _turn: turn,
        }
    }

    /// The same service, which keeps and seals documents by these settings.
    pub(crate) fn keeping_documents(mut self, settings: BlobSettings) -> Self {
        let (store, entropy) = (self.state.store.clone(), self.state.entropy.clone());
        let store = store.with_blobs(settings, entropy);
        let store = store.expect("the place is there");
        self.state = AppState::new(Parts {
            free_space: FreeSpace::of(store.clone()),
            store,
            ..Parts::clone(&self.state)
        });
        self.router = router(self.state.clone());
        self
    }

    /// The same service after a restart with other keys for its bearer tokens.
    pub(crate) fn restarted_with_jwt_keys(&self, jwt_keys: &str) -> Router {
        router(AppState::new(Parts {
            access_tokens: access_tokens(jwt_keys),
            refresh_tokens: refresh_tokens(jwt_keys),
            console_tokens: console_tokens(jwt_keys),
            ..Parts::clone(&self.state)
        }))
    }

    /// The same service with a hasher that no other test uses.
    pub(crate) fn with_a_hasher_of_its_own(&self) -> Router {
        router(AppState::new(Parts {
            passwords: PasswordHasher::new(Entropy::seeded(13)),
            ..Parts::clone(&self.state)
        }))
    }

    /// The same service with another rule of who may sign up.
    pub(crate) fn with_sign_up(&self, policy: &str) -> Router {
        router(AppState::new(Parts {
            sign_up: policy.parse().expect("a policy"),
            ..Parts::clone(&self.state)
        }))
    }

    /// The same service where accounts of these roles need a second factor.
    pub(crate) fn with_totp_required_for(&self, roles: &str) -> Router {
        router(AppState::new(Parts {
            totp_required_for: roles.parse().expect("roles"),
            ..Parts::clone(&self.state)
        }))
    }

    /// The same service, which takes no uploads that cannot say whom they are meant for.
    pub(crate) fn without_legacy_uploads(&self) -> Router {
        router(AppState::new(Parts {
            legacy_audience: LegacyAudience::Closed,
            ..Parts::clone(&self.state)
        }))
    }

    /// The same service without the web console.
    pub(crate) fn without_console(&self) -> Router {
        router(AppState::new(Parts {
            console: ConsoleSetting::Off,
            ..Parts::clone(&self.state)
        }))
    }

    /// The same service with other keys for its encrypted tokens.
    pub(crate) fn with_fernet_keys(&self, keys: &str) -> Router {
        router(AppState::new(Parts {
            token_keys: TokenKeys::parse(&keys.into()).expect("the keys are good"),
            ..Parts::clone(&self.state)
        }))
    }

    /// The same service where clients reach it at another address.
    pub(crate) fn reached_at(&self, public_url: &str) -> Router {
        router(AppState::new(Parts {
            public_url: public_url.into(),
            ..Parts::clone(&self.state)
        }))
    }

    /// Another process of the same service: another connection to the same database, and nothing remembered.
    pub(crate) async fn replica(&self) -> (AppState, Router) {
        let name = self.database().name();
        let store = Store::connect(self.uri(), name, &QueueSettings::default()).await;
        let store = store.expect("the database can be reached");
        let changes = Changes::watch(store.clone());
        let state = AppState::new(Parts {
            file_feed: FileFeed::new(store.clone()),
            file_watch: FileWatch::new(store.clone(), changes.clone()),
            event_places: EventPlaces::default(),
            draining: Draining::default(),
            changes,
            store,
            ..Parts::clone(&self.state)
        });
        (state.clone(), router(state))
    }

    pub(crate) fn database(&self) -> &Database {
        self.database.database()
    }

    pub(crate) fn uri(&self) -> &str {
        self.database.uri()
    }

    pub(crate) fn now(&self) -> DateTime {
        self.state.clock.now()
    }

    /// The entry that an operator did something now.
    pub(crate) fn operator_entry(&self, act: Act) -> AuditEntry {
        let entry = AuditEntry::of_now(act, &self.state.clock, &self.state.entropy);
        entry.by_program(Actor::Operator)
    }

    /// How many documents of a collection match.
    pub(crate) async fn count(&self, collection: &str, filter: Document) -> u64 {
        let rows = self.database().collection::<Document>(collection);
        rows.count_documents(filter).await.expect("it can count")
    }

    /// How many jobs of a queue there are.
    pub(crate) async fn jobs(&self, queue: &str) -> u64 {
        self.count("apalis_jobs", doc! { "queue": queue }).await
    }
}

/// A database with every migration.
pub(crate) async fn migrated_database() -> TestDatabase {
    TestDatabase::prepared(async |database| {
        let migrated = dossier_migrations::migrate(database, |_| {}).await;
        migrated.expect("the migrations run");
    })
    .await
}

pub(crate) fn access_tokens(jwt_keys: &str) -> Arc<AccessTokens> {
    Arc::new(AccessTokens::new(signing_keys(jwt_keys), PUBLIC_URL))
}

fn refresh_tokens(jwt_keys: &str) -> Arc<RefreshTokens> {
    Arc::new(RefreshTokens::new(signing_keys(jwt_keys)))
}

fn console_tokens(jwt_keys: &str) -> Arc<ConsoleTokens> {
    Arc::new(ConsoleTokens::new(signing_keys(jwt_keys)))
}

fn signing_keys(jwt_keys: &str) -> SigningKeys {
    SigningKeys::parse(&jwt_keys.to_owned().into()).expect("the keys are good")
}

/// One hasher for all tests: making its dummy costs a whole password.
fn hasher() -> PasswordHasher {
    static HASHER: OnceLock<PasswordHasher> = OnceLock::new();
    let make = || PasswordHasher::new(Entropy::seeded(11));
    HASHER.get_or_init(make).clone()
}

/// Fails with the whole of `left` and `right` when they differ.
pub(crate) fn assert_same<T: PartialEq + Debug>(what: &str, left: &T, right: &T) {
    assert!(left == right, "{what}:\n{left:#?}\n{right:#?}");
}
