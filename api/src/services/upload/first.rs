//! What the first upload under an idempotency key was, and what came of it.

use std::time::Duration;

use dossier_common::clock::rfc3339;
use dossier_common::digest::Sha256;
use dossier_common::file::File;
use dossier_common::file_name::FileName;
use dossier_common::id::FileId;
use dossier_common::store::files::FileScope;
use dossier_common::store::idempotency::IdempotencyRecord;

use super::fields::Said;
use crate::extract::Caller;
use crate::problem::{Code, Problem};
use crate::state::AppState;

/// What makes two uploads under one key the same: the bytes, the name, whom they are for and until when.
pub(super) fn fingerprint(name: &FileName, sha256: Sha256, said: &Said) -> Sha256 {
    let mut recipients = said.recipients.clone().unwrap_or_default();
    // In whichever order they are named.
    recipients.sort_unstable();
    let recipients = recipients.join(",");
    let mut asked = format!("{sha256}\n{}\n{recipients}", name.as_str());
    if let Some(instant) = said.expires_at {
        asked.push('\n');
        asked.push_str(&rfc3339(instant));
    }
    Sha256::of(asked.as_bytes())
}

/// Whether the first request is the same as the one with the fingerprint `asked`.
///
/// # Errors
///
/// [`Problem`] when it was another one.
pub(super) fn check_same(first: &IdempotencyRecord, asked: Sha256) -> Result<(), Problem> {
    if first.fingerprint == asked {
        return Ok(());
    }
    let detail = "Please send a new Idempotency-Key with another upload.";
    Err(Problem::new(Code::IdempotencyMismatch, detail))
}

/// The document that the first request made.
///
/// # Errors
///
/// [`Problem`] when it is gone.
pub(super) async fn first_file(
    state: &AppState,
    caller: &Caller,
    id: FileId,
) -> Result<File, Problem> {
    let scope = FileScope::OwnedBy(caller.user_id);
    let file = state.store.find_file(id, &scope).await?;
    file.ok_or_else(Problem::not_found)
}

/// The same, of the request that was carried out while this one, which would have left `record`, arrived.
///
/// # Errors
///
/// [`Problem`] when it was another one, or its document is gone.
pub(super) async fn first_file_meanwhile(
    state: &AppState,
    caller: &Caller,
    record: &IdempotencyRecord,
) -> Result<File, Problem> {
    let now = state.clock.now();
    let first = state.store.find_idempotency_record(record.id, now).await?;
    let Some(first) = first else {
        let detail = "A request with this Idempotency-Key is just ending. Please send it again.";
        return Err(Problem::under_way(Duration::from_secs(1), detail));
    };
    check_same(&first, record.fingerprint)?;
    first_file(state, caller, first.file_id).await
}
