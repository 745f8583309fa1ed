//! The collections and what is in them.

use mongodb::bson::Document;
use mongodb::{Collection, Database};

use crate::file::File;
use crate::link::Link;
use crate::session::Session;
use crate::user::User;
use crate::verification::Verification;

/// The collections' names; frozen.
pub mod collection {
    /// Accounts.
    pub const USERS: &str = "users";
    /// Requests to prove an address.
    pub const VERIFICATIONS: &str = "verifications";
    /// Signed-in sessions.
    pub const SESSIONS: &str = "sessions";
    /// Uploaded documents.
    pub const FILES: &str = "files";
    /// Download links.
    pub const LINKS: &str = "links";
    /// Uploads already answered, by idempotency key.
    pub const IDEMPOTENCY_KEYS: &str = "idempotency_keys";
    /// Counters of mails per account and window.
    pub const MAIL_QUOTAS: &str = "mail_quotas";
    /// The GridFS bucket of the documents' bytes.
    pub const BLOBS: &str = "blobs";
    /// The ledger of migrations.
    pub const MIGRATIONS: &str = "schema_migrations";
}

/// Typed handles on the collections.
#[derive(Clone, Debug)]
pub struct Collections {
    pub(crate) users: Collection<User>,
    pub(crate) verifications: Collection<Verification>,
    pub(crate) sessions: Collection<Session>,
    pub(crate) files: Collection<File>,
    pub(crate) links: Collection<Link>,
    pub(crate) idempotency_keys: Collection<super::idempotency::IdempotencyRecord>,
    pub(crate) mail_quotas: Collection<Document>,
}

impl Collections {
    pub(crate) fn new(database: &Database) -> Self {
        Self {
            users: database.collection(collection::USERS),
            verifications: database.collection(collection::VERIFICATIONS),
            sessions: database.collection(collection::SESSIONS),
            files: database.collection(collection::FILES),
            links: database.collection(collection::LINKS),
            idempotency_keys: database.collection(collection::IDEMPOTENCY_KEYS),
            mail_quotas: database.collection(collection::MAIL_QUOTAS),
        }
    }
}
