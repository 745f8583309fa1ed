//! The mail about the first download of a document.

use dossier_common::id::FileId;
use dossier_common::store::StoreError;
use dossier_common::store::files::FileScope;
use dossier_common::user::{User, UserState};

use super::addressed::{Addressed, Decision};
use crate::mail::Email;
use crate::services::Services;

/// Whoever downloaded it is named only where the owner named them before, as a recipient.
pub(super) async fn address(services: &Services, file_id: FileId) -> Result<Decision, StoreError> {
    let store = &services.store;
    let first = store.find_first_download(file_id).await?;
    let Some(by) = first.and_then(|first| first.by) else {
        return Ok(Err("the owner wants to be told no more"));
    };
    let file = store.find_file(file_id, &FileScope::Everything).await?;
    let Some(file) = file else {
        return Ok(Err("the document is gone"));
    };
    let Some(owner) = store.find_user(file.owner_id).await? else {
        return Ok(Err("the account is gone"));
    };
    if owner.state() == UserState::Disabled {
        return Ok(Err("the account is disabled"));
    }
    let recipients = file.recipients.as_deref().unwrap_or_default();
    let is_recipient = |user: &User| recipients.contains(&user.email_key);
    let client = store.find_user(by).await?.filter(is_recipient);
    let email = Email::FirstDownload {
        name: owner.name.clone(),
        document: file.name.clone(),
        by: client.map(|client| client.email.as_str().to_owned()),
    };
    Ok(Ok(Addressed::to_owner(owner, email)))
}
