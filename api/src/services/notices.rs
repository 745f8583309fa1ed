//! Mails about documents: who wants none, and what recipients did with what they were told.

use dossier_common::audit::{Act, AuditEntry};
use dossier_common::file::File;
use dossier_common::id::JobId;
use dossier_common::store::StoreError;
use dossier_common::token::UnsubscribeClaims;
use dossier_common::user::Role;

use crate::extract::Caller;
use crate::origin::Origin;
use crate::problem::{Code, Problem};
use crate::state::AppState;

/// Stops the mails about documents to the address that the token is of. Doing so twice is done as well.
///
/// # Errors
///
/// One and the same [`Problem`] for every token that is none of such a mail.
pub async fn unsubscribe(state: &AppState, origin: &Origin, token: &str) -> Result<(), Problem> {
    let entry = state.audit.entry(Act::Unsubscribe, origin);
    let stopped = try_to_unsubscribe(state, entry.clone(), token).await;
    state.audit.record_invalid_token(entry, &stopped).await;
    stopped
}

async fn try_to_unsubscribe(
    state: &AppState,
    entry: AuditEntry,
    token: &str,
) -> Result<(), Problem> {
    let now = state.clock.now();
    let opened = state.token_keys.open::<UnsubscribeClaims>(token, now);
    let id = opened.map_err(|_| refused())?.address_id;
    let entry = entry.about(id);
    let stopping = state.store.transaction("stop notices", |tx| {
        let entry = entry.clone();
        Box::pin(async move {
            if tx.unsubscribe(id, now).await? {
                tx.record(entry).await?;
            }
            Ok(())
        })
    });
    stopping.await?;
    Ok(())
}

fn refused() -> Problem {
    Problem::new(
        Code::TokenInvalid,
        "The link is not whole, or no longer good. Please open the one in the newest mail about a document.",
    )
}

/// Says whether the caller is told of documents by mail.
///
/// # Errors
///
/// [`Problem`] when that cannot be stored.
pub async fn set_notices(state: &AppState, caller: &Caller, enabled: bool) -> Result<(), Problem> {
    let now = state.clock.now();
    let entry = caller.entry(&state.audit, Act::SetNotices);
    let entry = entry.about(caller.user_id).with_detail(on_or_off(enabled));
    let setting = state.store.transaction("set notices", |tx| {
        let (key, entry) = (caller.email_key.clone(), entry.clone());
        Box::pin(async move {
            tx.set_takes_notices(&key, enabled, now).await?;
            tx.record(entry).await
        })
    });
    setting.await?;
    Ok(())
}

/// Says whether the owner of `file` is told of its first download from now on.
///
/// # Errors
///
/// [`Problem`] when that cannot be stored.
pub async fn await_first_download(
    state: &AppState,
    caller: &Caller,
    file: &File,
    enabled: bool,
) -> Result<(), Problem> {
    let (id, now) = (file.id, state.clock.now());
    let entry = caller.entry(&state.audit, Act::AwaitFirstDownload);
    let entry = entry.about(id).with_detail(on_or_off(enabled));
    let setting = state.store.transaction("wait for a first download", |tx| {
        let entry = entry.clone();
        Box::pin(async move {
            tx.await_first_download(id, enabled, now).await?;
            tx.record(entry).await
        })
    });
    setting.await?;
    Ok(())
}

fn on_or_off(enabled: bool) -> &'static str {
    match enabled {
        true => "on",
        false => "off",
    }
}

/// Records that the caller looked at `file`, if it is the first time that a recipient does.
///
/// # Errors
///
/// [`Problem`] when that cannot be stored.
pub async fn note_seen(state: &AppState, caller: &Caller, file: &File) -> Result<(), Problem> {
    if caller.role == Role::Client && file.recipients.is_some() {
        let now = state.clock.now();
        let key = &caller.email_key;
        state.store.record_seen(file.id, key, now).await?;
    }
    Ok(())
}

/// Records that the caller has begun a download of `file`, and has its owner told where that is asked
/// for.
///
/// # Errors
///
/// [`StoreError`] when that cannot be stored.
pub async fn note_download(
    state: &AppState,
    caller: &Caller,
    file: &File,
) -> Result<(), StoreError> {
    let (store, now) = (&state.store, state.clock.now());
    if file.recipients.is_some() {
        let key = &caller.email_key;
        store.record_downloaded(file.id, key, now).await?;
    }
    let job = JobId::generate(&state.entropy, now);
    let recording = store.record_first_download(file, caller.user_id, job, now);
    recording.await
}
