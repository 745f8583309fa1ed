//! Download links: asking for one, and waiting for its token.

use std::time::Duration;

use dossier_common::audit::Act;
use dossier_common::file::File;
use dossier_common::id::{FileId, JobId, LinkId};
use dossier_common::link::{DEFAULT_LINK_TTL, Link, LinkState, MAX_LINK_TTL};
use dossier_common::store::watch::ChangeSubscription;
use mongodb::bson::DateTime;
use tokio::time::Instant;

use super::notices::note_seen;
use crate::extract::Caller;
use crate::problem::{FieldError, Problem};
use crate::state::AppState;
use crate::wire::LinkRequest;

/// How often a waiting request re-reads although nothing woke it: wake-ups are only hints.
const REREAD_EVERY: Duration = Duration::from_secs(1);

const MAX_DOWNLOADS: i64 = 1_000_000;

/// The terms of a link, checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkTerms {
    ttl: Duration,
    max_downloads: Option<i64>,
}

impl LinkTerms {
    /// Checks what a client asked for.
    ///
    /// # Errors
    ///
    /// [`Problem`] with every field that breaks its rule.
    pub fn check(request: LinkRequest) -> Result<Self, Problem> {
        let mut errors = Vec::new();
        let ttl = match request.expires_in_seconds.map(u64::try_from) {
            None => DEFAULT_LINK_TTL,
            Some(Ok(seconds)) if (1..=MAX_LINK_TTL.as_secs()).contains(&seconds) => {
                Duration::from_secs(seconds)
            }
            Some(_) => {
                let rule = "must be a whole number from 1 to 604800 (7 days)";
                errors.push(FieldError::new("expires_in_seconds", rule));
                DEFAULT_LINK_TTL
            }
        };
        let max_downloads = request.max_downloads;
        if max_downloads.is_some_and(|max| !(1..=MAX_DOWNLOADS).contains(&max)) {
            let rule = "must be a whole number from 1 to 1000000";
            errors.push(FieldError::new("max_downloads", rule));
        }
        if errors.is_empty() {
            Ok(Self { ttl, max_downloads })
        } else {
            Err(Problem::invalid_fields(errors))
        }
    }
}

/// Writes the link and enqueues the job that mints its token; the subscription reports when it did.
///
/// # Errors
///
/// [`Problem`]: not found when the caller may not know of the document.
pub async fn request_link(
    state: &AppState,
    caller: &Caller,
    file_id: FileId,
    terms: LinkTerms,
) -> Result<(Link, ChangeSubscription), Problem> {
    let scope = caller.file_scope(state).await?;
    let file = state.store.find_file(file_id, &scope).await?;
    let file = file.ok_or_else(Problem::not_found)?;
    note_seen(state, caller, &file).await?;
    let now = state.clock.now();
    let link = new_link(state, caller, &file, terms, now);
    let job = JobId::generate(&state.entropy, now);
    let changes = state.changes.subscribe();
    let entry = state.audit.entry(Act::CreateLink, &caller.origin);
    let entry = entry.by(caller.user_id, caller.role);
    let entry = entry.about(link.id).about(file.id);
    state
        .store
        .transaction("ask for a link", |tx| {
            let (link, entry) = (link.clone(), entry.clone());
            Box::pin(async move {
                tx.insert_link(&link, job).await?;
                tx.record(entry).await
            })
        })
        .await?;
    Ok((link, changes))
}

fn new_link(
    state: &AppState,
    caller: &Caller,
    file: &File,
    terms: LinkTerms,
    now: DateTime,
) -> Link {
    Link {
        id: LinkId::generate(&state.entropy, now),
        file_id: file.id,
        sha256: file.sha256,
        client_id: caller.user_id,
        state: LinkState::Requested,
        token: None,
        expires_at: now.saturating_add_duration(terms.ttl),
        max_downloads: terms.max_downloads,
        downloads: 0,
        opened: Some(0),
        completed: Some(0),
        last_download_at: None,
        created_at: now,
    }
}

/// Waits until the link's token is minted or `limit` is over; the link as it then is.
///
/// # Errors
///
/// [`Problem`] when the link cannot be read.
pub async fn wait_for_token(
    state: &AppState,
    link: Link,
    mut changes: ChangeSubscription,
    limit: Duration,
) -> Result<Link, Problem> {
    let deadline = Instant::now() + limit;
    let id = link.id.to_string();
    let mut link = link;
    while link.state == LinkState::Requested {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        changes.wait_for(&id, left.min(REREAD_EVERY)).await;
        match state.store.find_link(link.id).await? {
            Some(newer) => link = newer,
            None => break,
        }
    }
    Ok(link)
}
