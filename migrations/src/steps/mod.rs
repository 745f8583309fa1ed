//! The migrations, in order. A new one gets a file and a line in [`all`]; old ones never change.

mod m0001_accounts_and_files;
mod m0002_queue;
mod m0003_validators;
mod m0004_claim_order;
mod m0005_retention;
mod m0006_sign_ups;
mod m0007_sessions_and_users;
mod m0008_audit_and_limits;
mod m0009_invitations_and_resets;
mod m0010_mails;
mod m0011_unfinished_jobs;
mod m0012_operations;
mod m0013_storage;
mod m0014_audience;
mod m0015_notices;
mod m0016_versions;
mod m0017_uploads;
mod m0018_blob_places;
mod m0019_downloads;
mod m0020_downloads_of_client;

use sha2::{Digest, Sha256};

use crate::Action;

/// One step of the database's history.
#[derive(Clone, Debug)]
pub struct Migration {
    /// Its place in the order, from one.
    pub number: i32,
    /// What it does, in a few words.
    pub name: &'static str,
    /// How it does it.
    pub actions: Vec<Action>,
}

impl Migration {
    /// The SHA-256 of what it does, in hexadecimal.
    pub fn checksum(&self) -> String {
        let mut hasher = Sha256::new();
        for action in &self.actions {
            hasher.update(action.canonical());
            hasher.update(b"\n");
        }
        hasher
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

/// Every migration, in order.
pub fn all() -> Vec<Migration> {
    vec![
        m0001_accounts_and_files::migration(),
        m0002_queue::migration(),
        m0003_validators::migration(),
        m0004_claim_order::migration(),
        m0005_retention::migration(),
        m0006_sign_ups::migration(),
        m0007_sessions_and_users::migration(),
        m0008_audit_and_limits::migration(),
        m0009_invitations_and_resets::migration(),
        m0010_mails::migration(),
        m0011_unfinished_jobs::migration(),
        m0012_operations::migration(),
        m0013_storage::migration(),
        m0014_audience::migration(),
        m0015_notices::migration(),
        m0016_versions::migration(),
        m0017_uploads::migration(),
        m0018_blob_places::migration(),
        m0019_downloads::migration(),
        m0020_downloads_of_client::migration(),
    ]
}
