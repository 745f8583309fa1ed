//! The mail about documents that newer rules rejected.

use dossier_common::file::{File, FileState};
use dossier_common::id::{FileId, UserId};
use dossier_common::store::StoreError;
use dossier_common::store::files::FileScope;
use dossier_common::user::User;
use mongodb::bson::DateTime;

use super::addressed::{Addressed, Decision};
use crate::mail::Email;
use crate::services::Services;

/// How many documents one mail names.
const LISTED: usize = 100;

/// Of one document.
pub(super) async fn of_file(
    services: &Services,
    user_id: UserId,
    file_id: FileId,
) -> Result<Decision, StoreError> {
    let store = &services.store;
    let Some(user) = store.find_user(user_id).await? else {
        return Ok(Err("the account is gone"));
    };
    let file = store.find_file(file_id, &FileScope::Everything).await?;
    let is_rejected = |file: &File| file.state == FileState::Rejected;
    Ok(rejected(
        user,
        file.into_iter().filter(is_rejected).collect(),
    ))
}

/// Of all that were rejected within these milliseconds of Unix time.
pub(super) async fn of_time(
    services: &Services,
    user_id: UserId,
    [since, until]: [i64; 2],
) -> Result<Decision, StoreError> {
    let store = &services.store;
    let Some(user) = store.find_user(user_id).await? else {
        return Ok(Err("the account is gone"));
    };
    let [since, until] = [since, until].map(DateTime::from_millis);
    let limit = LISTED as i64 + 1;
    let files = store.list_files_rejected_again(user_id, since, until, limit);
    Ok(rejected(user, files.await?))
}

/// What is to be told of `files`, unless none of them is there any more.
fn rejected(user: User, files: Vec<File>) -> Decision {
    let mut documents: Vec<_> = files
        .into_iter()
        .filter_map(|file| Some((file.name, file.rejection?)))
        .collect();
    let more = documents.len() > LISTED;
    documents.truncate(LISTED);
    let name = user.name.clone();
    let email = match &documents[..] {
        [] => return Err("no rejected document is there any more"),
        [(document, rejection)] => Email::DocumentRejected {
            name,
            document: document.clone(),
            rejection: rejection.clone(),
        },
        _ => Email::DocumentsRejected {
            name,
            documents,
            more,
        },
    };
    Ok(Addressed::to_owner(user, email))
}
