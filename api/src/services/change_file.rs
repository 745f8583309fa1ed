//! Changing what is said of a document: its name, whom it is meant for, until when.

use dossier_common::audit::Act;
use dossier_common::file::{File, FileState};
use dossier_common::file_name::FileName;
use dossier_common::id::FileId;
use dossier_common::store::file_changes::FileChange;
use mongodb::bson::DateTime;

use super::audience::AudienceRequest;
use super::expiry::expiry;
use crate::extract::{Caller, IfMatch};
use crate::problem::{Code, Fails, Problem};
use crate::state::AppState;
use crate::wire::FileChangeRequest;

/// The entity tag of what is said of a document: another one after each change.
pub fn file_etag(file: &File) -> String {
    format!("\"v{}\"", file.version)
}

/// Changes a document that the caller may know of, provided that it is as the caller has seen it; the document as it
/// is then.
///
/// # Errors
///
/// [`Problem`]; nothing is changed then.
pub async fn change_file(
    state: &AppState,
    caller: &Caller,
    id: FileId,
    seen: &IfMatch,
    request: FileChangeRequest,
) -> Result<File, Problem> {
    let change = checked(state, request).await?;
    let scope = caller.file_scope(state).await?;
    let file = state.store.find_file(id, &scope).await?;
    let file = file.ok_or_else(Problem::not_found)?;
    if !seen.admits(&file_etag(&file)) {
        return Err(outdated(&file));
    }
    let change = change.beyond(&file);
    if change.is_empty() {
        return Ok(file);
    }
    let entry = caller.entry(&state.audit, Act::ChangeFile).about(id);
    let entry = entry.with_detail(&told(&file, &change));
    let changing = state.store.transaction("change a document", |tx| {
        let (file, scope) = (file.clone(), scope.clone());
        let (change, entry) = (change.clone(), entry.clone());
        Box::pin(async move {
            let changed = tx.change_file(&file, &scope, &change).await?;
            if let Some(changed) = &changed {
                if let Some(Some(expires_at)) = change.expires_at {
                    tx.erase_expired(id, expires_at, entry.at).await?;
                }
                let is_there = changed.state == FileState::Available && changed.withdrawn.is_none();
                // Of what had expired before its mail was sent nobody was told.
                let had_expired = file.expires_at.is_some_and(|at| at <= entry.at);
                let is_back = had_expired && change.expires_at.is_some();
                if is_there && (change.recipients.is_some() || is_back) {
                    tx.tell_recipients(changed, entry.at).await?;
                }
                tx.record(entry).await?;
            }
            Ok(changed)
        })
    });
    if let Some(changed) = changing.await? {
        return Ok(changed);
    }
    let newer = state.store.find_file(id, &scope).await?;
    Err(newer.map_or_else(Problem::not_found, |newer| outdated(&newer)))
}

/// What the request asks for, if all of it can be.
async fn checked(state: &AppState, request: FileChangeRequest) -> Result<FileChange, Problem> {
    let name = request.name.as_deref().map(file_name).transpose()?;
    let mut audience = AudienceRequest::default();
    if let Some(word) = &request.audience {
        audience.say(word)?;
    }
    if request.recipients.as_ref().is_some_and(Vec::is_empty) {
        let rule = "must name somebody: for everybody, send audience everyone alone";
        return Err(Problem::invalid_field("recipients", rule));
    }
    for recipient in request.recipients.iter().flatten() {
        audience.add(recipient)?;
    }
    let recipients = match audience.is_silent() {
        true => None,
        false => Some(audience.stored(state).await?),
    };
    let expires_at = request
        .expires_at
        .map(|text| until(text.as_deref(), state.clock.now()))
        .transpose()?;
    Ok(FileChange {
        name,
        recipients,
        expires_at,
    })
}

fn file_name(text: &str) -> Result<FileName, Problem> {
    let is_short = text.chars().count() <= FileName::MAX_CHARS;
    if text.trim().is_empty() || !is_short {
        let rule = "must be 1 to 200 characters";
        return Err(Problem::invalid_field("name", rule));
    }
    Ok(FileName::sanitise(text))
}

fn until(text: Option<&str>, now: DateTime) -> Result<Option<DateTime>, Problem> {
    text.map(|text| expiry(text, now)).transpose()
}

fn outdated(file: &File) -> Problem {
    let detail = "The document was changed in the meantime. Please look at it again, and send the change with its \
                  present ETag in If-Match if it still fits.";
    Problem::new(Code::PreconditionFailed, detail).with_etag(file_etag(file))
}

/// What is changed, for the audit: of people their number alone.
fn told(file: &File, change: &FileChange) -> String {
    let mut told = Vec::new();
    if change.name.is_some() {
        told.push("name".to_owned());
    }
    if let Some(recipients) = &change.recipients {
        let before = file.recipients.as_deref();
        let (was, is) = (people(before), people(recipients.as_deref()));
        told.push(format!("audience: {is} after {was}"));
    }
    if change.expires_at.is_some() {
        told.push("expires_at".to_owned());
    }
    told.join(", ")
}

fn people(recipients: Option<&[String]>) -> String {
    match recipients {
        None => "everyone".to_owned(),
        Some([_]) => "1 recipient".to_owned(),
        Some(recipients) => format!("{} recipients", recipients.len()),
    }
}

/// What [`change_file`] can fail in.
#[derive(Clone, Copy, Debug)]
pub struct ChangeFile;

impl Fails for ChangeFile {
    fn codes() -> Vec<Code> {
        vec![
            Code::NotFound,
            Code::PreconditionFailed,
            Code::InvalidFields,
        ]
    }
}
