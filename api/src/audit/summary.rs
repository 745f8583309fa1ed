//! Entries that are only counted, until they are written as one each.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use dossier_common::audit::AuditEntry;

/// How many different entries are counted apart; what comes above is counted without its network and
/// person.
const MAX_APART: usize = 256;

/// What entries have in common that are counted together, and how many there are.
#[derive(Debug, Default)]
pub(super) struct Summary(Mutex<HashMap<String, AuditEntry>>);

impl Summary {
    /// Counts an entry.
    pub(super) fn add(&self, entry: &AuditEntry) {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut common = common(entry);
        if !counted.contains_key(&key(&common)) && counted.len() >= MAX_APART {
            (common.network, common.user_id, common.role) = (None, None, None);
        }
        let counted = counted.entry(key(&common));
        counted.and_modify(|it| it.count += 1).or_insert(common);
    }

    /// What was counted since the last time.
    pub(super) fn take(&self) -> Vec<AuditEntry> {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *counted).into_values().collect()
    }
}

/// The entry without what is each one's own.
fn common(entry: &AuditEntry) -> AuditEntry {
    AuditEntry {
        objects: Vec::new(),
        address: None,
        request_id: None,
        detail: None,
        ..entry.clone()
    }
}

fn key(entry: &AuditEntry) -> String {
    let who = (entry.actor, entry.user_id, &entry.network);
    format!("{:?}", (entry.act, entry.outcome, &entry.reason, who))
}
