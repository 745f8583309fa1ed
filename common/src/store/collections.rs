//! The collections and what is in them.

use mongodb::options::{Acknowledgment, CollectionOptions, WriteConcern};
use mongodb::{Collection, Database};

use crate::audit::AuditEntry;
use crate::download::Download;
use crate::file::File;
use crate::group::Group;
use crate::invitation::Invitation;
use crate::link::Link;
use crate::notice::{FirstDownload, Notice, NoticeAddress};
use crate::operation::Operation;
use crate::reset::Reset;
use crate::session::Session;
use crate::sign_up::SignUp;
use crate::storage::{Reservation, StorageUsage};
use crate::upload::ResumableUpload;
use crate::user::User;

/// The collections' names; frozen.
pub mod collection {
    /// Accounts.
    pub const USERS: &str = "users";
    /// Claims on an account.
    pub const SIGN_UPS: &str = "sign_ups";
    /// Accounts that somebody may make.
    pub const INVITATIONS: &str = "invitations";
    /// Forgotten passwords and lost second factors.
    pub const RESETS: &str = "resets";
    /// Signed-in sessions.
    pub const SESSIONS: &str = "sessions";
    /// Uploaded documents.
    pub const FILES: &str = "files";
    /// People that documents are meant for together.
    pub const GROUPS: &str = "groups";
    /// Download links.
    pub const LINKS: &str = "links";
    /// Uses of download links.
    pub const DOWNLOADS: &str = "downloads";
    /// Who is told of documents, and what became of that.
    pub const NOTICES: &str = "notices";
    /// The addresses that are told, and whether they want to be.
    pub const NOTICE_ADDRESSES: &str = "notice_addresses";
    /// The documents whose owner is told of the first download.
    pub const FIRST_DOWNLOADS: &str = "first_downloads";
    /// Uploads already answered and under way, by idempotency key.
    pub const IDEMPOTENCY_KEYS: &str = "idempotency_keys";
    /// Guesses at secrets of accounts.
    pub const ATTEMPTS: &str = "attempts";
    /// When the last mails to an address were due.
    pub const MAIL_QUOTAS: &str = "mail_quotas";
    /// What has failed since the last mail that was sent.
    pub const MAIL_CIRCUITS: &str = "mail_circuits";
    /// How far mails got.
    pub const MAILS: &str = "mails";
    /// What operators and admins had done to many jobs.
    pub const OPERATIONS: &str = "operations";
    /// Who did what.
    pub const AUDIT: &str = "audit";
    /// How many requests there were in a window.
    pub const RATE_WINDOWS: &str = "rate_windows";
    /// How often somebody failed to log in.
    pub const LOG_IN_FAILURES: &str = "log_in_failures";
    /// How much of the storage documents take, by person and together.
    pub const STORAGE_USAGE: &str = "storage_usage";
    /// The uploads under way that have room reserved.
    pub const STORAGE_RESERVATIONS: &str = "storage_reservations";
    /// Uploads that arrive over several requests.
    pub const UPLOADS: &str = "uploads";
    /// The GridFS bucket of the documents' bytes.
    pub const BLOBS: &str = "blobs";
    /// Where bytes are that are not there or are sealed, and what opens them.
    pub const BLOB_PLACES: &str = "blob_places";
    /// The ledger of migrations.
    pub const MIGRATIONS: &str = "schema_migrations";
}

/// Typed handles on the collections.
#[derive(Clone, Debug)]
pub struct Collections {
    pub(crate) users: Collection<User>,
    pub(crate) sign_ups: Collection<SignUp>,
    pub(crate) invitations: Collection<Invitation>,
    pub(crate) resets: Collection<Reset>,
    pub(crate) sessions: Collection<Session>,
    pub(crate) files: Collection<File>,
    pub(crate) groups: Collection<Group>,
    pub(crate) links: Collection<Link>,
    pub(crate) downloads: Collection<Download>,
    pub(crate) notices: Collection<Notice>,
    pub(crate) notice_addresses: Collection<NoticeAddress>,
    pub(crate) first_downloads: Collection<FirstDownload>,
    pub(crate) idempotency_keys: Collection<super::idempotency::IdempotencyRecord>,
    pub(crate) attempts: Collection<super::attempts::Attempts>,
    pub(crate) mail_quotas: Collection<super::mail_quota::MailQuota>,
    pub(crate) mail_circuits: Collection<super::mail_circuit::MailCircuit>,
    pub(crate) mails: Collection<super::mails::Mail>,
    pub(crate) operations: Collection<Operation>,
    pub(crate) audit: Collection<AuditEntry>,
    pub(crate) rate_windows: Collection<super::rate_windows::RateWindow>,
    pub(crate) log_in_failures: Collection<super::log_in_failures::LogInFailures>,
    pub(crate) storage_usage: Collection<StorageUsage>,
    pub(crate) storage_reservations: Collection<Reservation>,
    pub(crate) uploads: Collection<ResumableUpload>,
}

impl Collections {
    pub(crate) fn new(database: &Database) -> Self {
        Self {
            users: database.collection(collection::USERS),
            sign_ups: database.collection(collection::SIGN_UPS),
            invitations: database.collection(collection::INVITATIONS),
            resets: database.collection(collection::RESETS),
            sessions: database.collection(collection::SESSIONS),
            files: database.collection(collection::FILES),
            groups: database.collection(collection::GROUPS),
            links: database.collection(collection::LINKS),
            downloads: counters(database, collection::DOWNLOADS),
            notices: database.collection(collection::NOTICES),
            notice_addresses: database.collection(collection::NOTICE_ADDRESSES),
            first_downloads: database.collection(collection::FIRST_DOWNLOADS),
            idempotency_keys: database.collection(collection::IDEMPOTENCY_KEYS),
            attempts: database.collection(collection::ATTEMPTS),
            mail_quotas: database.collection(collection::MAIL_QUOTAS),
            mail_circuits: database.collection(collection::MAIL_CIRCUITS),
            mails: database.collection(collection::MAILS),
            operations: database.collection(collection::OPERATIONS),
            audit: database.collection(collection::AUDIT),
            rate_windows: counters(database, collection::RATE_WINDOWS),
            log_in_failures: counters(database, collection::LOG_IN_FAILURES),
            storage_usage: counters(database, collection::STORAGE_USAGE),
            storage_reservations: counters(database, collection::STORAGE_RESERVATIONS),
            uploads: database.collection(collection::UPLOADS),
        }
    }
}

/// Counters are worth no waiting for a majority: a failover may lose the last of them. What is reserved for an
/// upload is not lost without the upload: the majority that its transaction waits for has all before it. So it is with
/// what was sent of a download: its beginning, and that it counts, are written in transactions.
fn counters<T: Send + Sync>(database: &Database, name: &str) -> Collection<T> {
    let one = WriteConcern::builder().w(Acknowledgment::Nodes(1)).build();
    let options = CollectionOptions::builder().write_concern(one).build();
    database.collection_with_options(name, options)
}
