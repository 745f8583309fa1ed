//! Everything that touches MongoDB, the queue's own collections aside.
//!
//! Filters and updates live here and nowhere else, one module a collection. Writes that belong
//! together run in [`Store::transaction`]; inside it every call goes through [`Tx`], so that none
//! can forget the session.

mod collections;
mod error;
mod reachability;
mod schema;
mod tx;

pub mod addressees;
pub mod attempts;
pub mod audit;
pub mod blob_erasures;
pub mod blobs;
pub mod check;
pub mod confirmations;
pub mod downloads;
pub mod erasure;
pub mod file_changes;
pub mod file_filter;
pub mod file_list;
pub mod file_stream;
pub mod files;
pub mod first_downloads;
pub mod followed_files;
pub mod free_space;
pub mod group_changes;
pub mod groups;
mod id_only;
pub mod idempotency;
pub mod invitations;
pub mod jobs;
mod kept_blobs;
mod link_uses;
pub mod links;
pub mod log_in_failures;
pub mod mail_circuit;
pub mod mail_list;
pub mod mail_quota;
mod mailed;
pub mod mails;
pub mod notice_addresses;
pub mod notices;
pub mod operations;
pub mod passwords;
pub mod queues;
pub mod rate_windows;
pub mod recent;
pub mod refresh_tokens;
pub mod replacements;
pub mod resets;
pub mod revalidations;
pub mod running_downloads;
pub mod second_factors;
pub mod sessions;
pub mod sign_ups;
pub mod storage_recount;
pub mod storage_reservations;
pub mod storage_usage;
pub mod totp_seeds;
pub mod upload_completion;
pub mod uploads;
pub mod user_changes;
pub mod user_list;
pub mod users;
pub mod watch;
pub mod withdrawals;

pub use collections::{Collections, collection};
pub use error::{Conflict, StoreError};
pub use reachability::Reachability;
pub use schema::{SCHEMA_VERSION, SchemaError};
use tx::Tries;
pub use tx::Tx;

use std::sync::Arc;
use std::time::Duration;

use apalis_mongodb::Operator;
use dossier_startup::database_name;
use futures_util::future::BoxFuture;
use mongodb::options::{ClientOptions, WriteConcern};
use mongodb::{Client, Database};

use crate::blob::BlobSettings;
use crate::entropy::Entropy;
use crate::queue::{QueueSettings, Queues};
use crate::retention::Retention;
use blobs::Blobs;
use recent::Recent;

/// How long one operation may take on the server before it is given up.
pub(crate) const OPERATION_LIMIT: Duration = Duration::from_secs(10);

/// How long a call waits for a primary, unless MONGODB_URI says otherwise: a caller is told within
/// three seconds that there is none.
const SELECTION_LIMIT: Duration = Duration::from_secs(2);

/// How often the driver asks each server how it is. One that does not answer is found out, and calls
/// under way to it are ended, after this and the connection's time limit.
const HEARTBEAT_EVERY: Duration = Duration::from_secs(2);

/// The database of Dossier.
///
/// Cheap to clone. Driver futures must not be dropped half-way: callers that may be cancelled
/// (every HTTP handler) run their calls in a task of their own.
#[derive(Clone, Debug)]
pub struct Store {
    pub(crate) client: Client,
    pub(crate) options: Arc<ClientOptions>,
    pub(crate) database: Database,
    pub(crate) collections: Collections,
    pub(crate) queues: Queues,
    pub(crate) retention: Retention,
    blobs: Blobs,
    recent: Recent,
}

impl Store {
    /// Connects to the database named in `uri` (`dossier` when it names none).
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`] when the URI cannot be understood. Whether a server answers is
    /// only seen by the first operation.
    pub async fn connect(
        uri: &str,
        application: &str,
        settings: &QueueSettings,
    ) -> Result<Self, StoreError> {
        let mut options = ClientOptions::parse(uri)
            .await
            .map_err(StoreError::database("read MONGODB_URI"))?;
        options.app_name = Some(application.to_owned());
        options.max_pool_size.get_or_insert(64);
        options
            .server_selection_timeout
            .get_or_insert(SELECTION_LIMIT);
        options.heartbeat_freq.get_or_insert(HEARTBEAT_EVERY);
        options
            .connect_timeout
            .get_or_insert(Duration::from_secs(5));
        options.write_concern = Some(WriteConcern::majority());
        let client = Client::with_options(options.clone())
            .map_err(StoreError::database("set up the client"))?;
        let database = client.database(database_name(&options));
        Ok(Self {
            collections: Collections::new(&database),
            queues: Queues::new(&database, &options, settings),
            blobs: Blobs::new(&database, BlobSettings::default(), Entropy::system()),
            options: Arc::new(options),
            retention: Retention::default(),
            recent: Recent::new(),
            client,
            database,
        })
    }

    /// The same store, which keeps bytes that nobody can download any more as long as `retention` says.
    #[must_use]
    pub fn with_retention(mut self, retention: Retention) -> Self {
        self.retention = retention;
        self
    }

    /// What an operator asks and does about the queues.
    pub fn queue_operator(&self) -> Operator {
        self.queues.operator()
    }

    /// The database itself.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// The queues over this database, for workers.
    pub fn queues(&self) -> &Queues {
        &self.queues
    }

    /// Asks the primary for a sign of life.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`] when no primary answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.database
            .run_command(mongodb::bson::doc! { "ping": 1 })
            .selection_criteria(mongodb::options::SelectionCriteria::ReadPreference(
                mongodb::options::ReadPreference::Primary,
            ))
            .await
            .map(drop)
            .map_err(StoreError::database("ping"))
    }

    /// Runs `body` in one transaction: all of its writes happen, or none.
    ///
    /// `body` may run several times (a write conflict, an election): it must have no effect
    /// outside the transaction and hand every error of [`Tx`] back.
    ///
    /// # Errors
    ///
    /// What `body` returned, or [`StoreError::Database`] when the commit failed.
    pub async fn transaction<R, F>(
        &self,
        operation: &'static str,
        mut body: F,
    ) -> Result<R, StoreError>
    where
        R: Send,
        F: for<'t> FnMut(&'t mut Tx<'_>) -> BoxFuture<'t, Result<R, StoreError>> + Send,
    {
        self.run(operation, Tries::Many, &mut body).await
    }

    /// The same, except that a transaction that meets another one is not tried again: `None` then. For what many
    /// want at once and one gets: to look again by a read costs less than another transaction.
    ///
    /// # Errors
    ///
    /// As [`Self::transaction`].
    pub async fn transaction_unless_met<R, F>(
        &self,
        operation: &'static str,
        mut body: F,
    ) -> Result<Option<R>, StoreError>
    where
        R: Send,
        F: for<'t> FnMut(&'t mut Tx<'_>) -> BoxFuture<'t, Result<R, StoreError>> + Send,
    {
        match self.run(operation, Tries::One, &mut body).await {
            Err(error) if error.is_transient() => Ok(None),
            outcome => outcome.map(Some),
        }
    }

    async fn run<R, F>(
        &self,
        operation: &'static str,
        tries: Tries,
        body: &mut F,
    ) -> Result<R, StoreError>
    where
        R: Send,
        F: for<'t> FnMut(&'t mut Tx<'_>) -> BoxFuture<'t, Result<R, StoreError>> + Send,
    {
        let mut session = self
            .client
            .start_session()
            .await
            .map_err(StoreError::database(operation))?;
        tx::run(self, &mut session, operation, tries, body).await
    }
}
