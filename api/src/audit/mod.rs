//! Writing to the audit: what a request did belongs to its transaction, what it failed in stands alone.
//!
//! Entries that stand alone are bounded: a flood of failures must not fill the database. Above a
//! number they are counted, and a minute's worth of them becomes one entry each.

mod summary;

use std::sync::Arc;
use std::time::Duration;

use dossier_common::audit::{Act, AuditEntry, Outcome};
use dossier_common::clock::Clock;
use dossier_common::email::EmailAddress;
use dossier_common::entropy::Entropy;
use dossier_common::id::AuditId;
use dossier_common::store::{Store, StoreError};
use dossier_common::token::Pseudonyms;
use metrics::counter;
use tokio::time::sleep;

use self::summary::Summary;
use crate::buckets::Buckets;
use crate::origin::Origin;
use crate::problem::{Code, Problem};

/// How many entries about failures a network gets at once, and then one in every pause.
const FAILURES_OF_NETWORK: u32 = 30;
const FAILURES_WINDOW: Duration = Duration::from_secs(10 * 60);

/// The same for all networks together, in one process.
const FAILURES_OF_ALL: u32 = 600;

/// How many entries about downloads a person gets at once, and again within the window.
const DOWNLOADS_OF_PERSON: u32 = 600;
const DOWNLOADS_WINDOW: Duration = Duration::from_secs(10 * 60);

/// How often what was only counted is written.
const SUMMARISED_EVERY: Duration = Duration::from_secs(60);

/// Writes to the audit; cheap to clone.
#[derive(Clone, Debug)]
pub struct Audit(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: Store,
    clock: Clock,
    entropy: Entropy,
    pseudonyms: Pseudonyms,
    failures: Buckets,
    all_failures: Buckets,
    downloads: Buckets,
    counted: Summary,
}

impl Audit {
    /// An audit in `store`, in which addresses without an account are named by `pseudonyms`.
    pub fn new(store: Store, clock: Clock, entropy: Entropy, pseudonyms: Pseudonyms) -> Self {
        Self(Arc::new(Inner {
            failures: Buckets::new(FAILURES_OF_NETWORK, FAILURES_WINDOW, &clock),
            all_failures: Buckets::new(FAILURES_OF_ALL, FAILURES_WINDOW, &clock),
            downloads: Buckets::new(DOWNLOADS_OF_PERSON, DOWNLOADS_WINDOW, &clock),
            counted: Summary::default(),
            store,
            clock,
            entropy,
            pseudonyms,
        }))
    }

    /// Starts to write what was only counted, once a minute; the task ends with the last clone.
    pub fn start_to_summarise(&self) {
        let weak = Arc::downgrade(&self.0);
        tokio::spawn(async move {
            loop {
                sleep(SUMMARISED_EVERY).await;
                let Some(inner) = weak.upgrade() else {
                    return;
                };
                Self(inner).summarise().await;
            }
        });
    }

    /// The entry that `act` was done now, in the request from `origin`.
    pub fn entry(&self, act: Act, origin: &Origin) -> AuditEntry {
        let entry = AuditEntry::of_now(act, &self.0.clock, &self.0.entropy);
        entry.from_network(origin.network, origin.request_id.as_str())
    }

    /// What names `email` in an entry where no account does.
    pub fn pseudonym(&self, email: &EmailAddress) -> String {
        self.0.pseudonyms.of("audit", &email.key())
    }

    /// Records a failure or a denial by itself, or counts it when there are too many. A request that
    /// fails anyway does not fail in another way because of it.
    pub async fn record_failure(&self, entry: AuditEntry) {
        let inner = &self.0;
        let has_room =
            inner.failures.take(&entry.network).is_ok() && inner.all_failures.take(()).is_ok();
        if !has_room {
            inner.counted.add(&entry);
            return;
        }
        if let Err(error) = inner.store.record(entry).await {
            lost(&error);
        }
    }

    /// Records that `outcome` failed for a token that is not valid (any more), if it did.
    pub async fn record_invalid_token<T>(&self, entry: AuditEntry, outcome: &Result<T, Problem>) {
        let code = outcome.as_ref().err().map(Problem::code);
        if code == Some(Code::TokenInvalid) {
            let entry = failed(entry, Code::TokenInvalid.as_str());
            self.record_failure(entry).await;
        }
    }

    /// The entry of a download, to be recorded in the transaction that begins it; nothing when there are too many,
    /// and it is only counted.
    pub fn admit_download(&self, entry: AuditEntry) -> Option<AuditEntry> {
        if self.0.downloads.take(entry.user_id).is_err() {
            self.0.counted.add(&entry);
            return None;
        }
        Some(entry)
    }

    /// Writes what was only counted.
    pub async fn summarise(&self) {
        let inner = &self.0;
        let now = inner.clock.now();
        for mut entry in inner.counted.take() {
            (entry.id, entry.at) = (AuditId::generate(&inner.entropy, now), now);
            if let Err(error) = inner.store.record(entry).await {
                lost(&error);
            }
        }
    }
}

fn lost(error: &StoreError) {
    counter!("dossier_audit_entries_lost_total").increment(1);
    tracing::error!(%error, "an entry of the audit could not be written");
}

/// Marks what was denied.
pub fn denied(entry: AuditEntry, reason: &str) -> AuditEntry {
    entry.with_outcome(Outcome::Denied, reason)
}

/// Marks what failed.
pub fn failed(entry: AuditEntry, reason: &str) -> AuditEntry {
    entry.with_outcome(Outcome::Failed, reason)
}
