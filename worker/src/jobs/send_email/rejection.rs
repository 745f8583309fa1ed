//! The mail about a document that newer rules rejected.

use dossier_common::file::FileState;
use dossier_common::id::{FileId, UserId};
use dossier_common::store::StoreError;
use dossier_common::store::files::FileScope;

use super::addressed::Addressed;
use crate::mail::Email;
use crate::services::Services;

pub(super) async fn address(
    services: &Services,
    user_id: UserId,
    file_id: FileId,
) -> Result<Option<Addressed>, StoreError> {
    let store = &services.store;
    let Some(user) = store.find_user(user_id).await? else {
        return Ok(None);
    };
    let file = store.find_file(file_id, &FileScope::Everything).await?;
    let rejected = file.filter(|file| file.state == FileState::Rejected);
    Ok(rejected.and_then(|file| {
        let email = Email::DocumentRejected {
            name: user.name.clone(),
            document: file.name,
            rejection: file.rejection?,
        };
        Some(Addressed::to_owner(user, email))
    }))
}
