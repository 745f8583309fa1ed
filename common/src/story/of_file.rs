//! What became of a document.

use std::collections::BTreeSet;

use super::explanation::MOST;
use super::{Explanation, Known};
use crate::clock::to_the_second;
use crate::file::{File, FileState};
use crate::id::FileId;
use crate::notice::{Notice, NoticeState};
use crate::queue::about;
use crate::queue::backend::JobFilter;
use crate::store::files::FileScope;
use crate::store::{Store, StoreError};

impl Explanation {
    /// What became of the document `id`.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn of_file(store: &Store, id: FileId) -> Result<Self, StoreError> {
        let mut said = Self::default();
        let file = store.find_file(id, &FileScope::Everything).await?;
        let links = store.list_links_of_file(id, i64::from(MOST)).await?;
        said.known.extend(file.as_ref().map(Known::file));
        said.known.extend(links.iter().map(Known::link));
        let links = links.iter().map(|link| link.id.to_string());
        let filter = JobFilter {
            any_of: vec![about("file_id", [id.to_string()]), about("link_id", links)],
            ..JobFilter::default()
        };
        said.add_jobs(store, &filter).await?;
        let notices = store.list_notices(id).await?;
        let ids = ids_of_pending_mails(&notices);
        if !ids.is_empty() {
            let mails = JobFilter {
                ids,
                ..JobFilter::default()
            };
            said.add_jobs(store, &mails).await?;
        }
        said.conclusions.push(verdict(file.as_ref()));
        said.conclusions.extend(told(&notices));
        Ok(said)
    }
}

/// The jobs whose mails were begun to tell of the document, and have not told of it: each once.
fn ids_of_pending_mails(notices: &[Notice]) -> Vec<String> {
    let pending = notices.iter().filter(|it| it.state == NoticeState::Pending);
    let jobs: BTreeSet<&String> = pending.filter_map(|it| it.job_id.as_ref()).collect();
    jobs.into_iter().cloned().collect()
}

/// How many recipients were told of the document, if there are any.
fn told(notices: &[Notice]) -> Option<String> {
    let count = |state| notices.iter().filter(|it| it.state == state).count();
    if notices.is_empty() {
        return None;
    }
    Some(format!(
        "of {} recipients {} were told by mail, {} were not yet, {} want no such mails, and for {} there was nothing to \
         tell",
        notices.len(),
        count(NoticeState::Sent),
        count(NoticeState::Pending),
        count(NoticeState::Unsubscribed),
        count(NoticeState::Skipped),
    ))
}

/// What the state of the document means.
fn verdict(file: Option<&File>) -> String {
    let Some(file) = file else {
        return "there is no such document (any more)".to_owned();
    };
    if let Some(withdrawal) = &file.withdrawn {
        let until = to_the_second(withdrawal.restorable_until);
        return format!(
            "the document was withdrawn by {}; it can be restored until {until}",
            withdrawal.by
        );
    }
    match file.state {
        FileState::Received => format!(
            "the document has no verdict yet: its job is {}, and the document is `failed` while that is dead or gone",
            file.job_id
        ),
        FileState::Available => "people for whom it is meant can download the document".to_owned(),
        FileState::Rejected => {
            "the document is rejected for good; its uploader was told why, and may upload another one".to_owned()
        }
    }
}
