//! The ledger of mails, for those who operate the service.

use futures_util::TryStreamExt;
use mongodb::bson::{Document, doc};

use super::mails::{Mail, MailState};
use super::{OPERATION_LIMIT, Store, StoreError};

/// Which mails a list shows: those for which everything holds that is set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MailFilter {
    /// How far they got.
    pub state: Option<MailState>,
    /// What they are about.
    pub kind: Option<String>,
    /// The jobs that send them.
    pub jobs: Option<Vec<String>>,
}

impl MailFilter {
    fn filter(&self, after: Option<&str>) -> Document {
        let mut filter = Document::new();
        let state = self.state.map(MailState::as_str);
        filter.extend(state.map(|it| ("state".to_owned(), it.into())));
        let kind = self.kind.as_deref();
        filter.extend(kind.map(|it| ("kind".to_owned(), it.into())));
        let mut ids = Document::new();
        let jobs = self.jobs.clone();
        ids.extend(jobs.map(|it| ("$in".to_owned(), it.into())));
        ids.extend(after.map(|it| ("$lt".to_owned(), it.into())));
        if !ids.is_empty() {
            filter.insert("_id", ids);
        }
        filter
    }
}

impl Store {
    /// At most `limit` mails, in descending order of the ids of their jobs, which is newest first but for
    /// those whose ids were chosen, after the one with the id `after`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn list_mails(
        &self,
        filter: &MailFilter,
        after: Option<&str>,
        limit: i64,
    ) -> Result<Vec<Mail>, StoreError> {
        const OPERATION: &str = "list mails";
        let mails = self.collections.mails.find(filter.filter(after));
        let mails = mails.sort(doc! { "_id": -1 }).limit(limit);
        let mails = mails.max_time(OPERATION_LIMIT).await;
        let mails = mails.map_err(StoreError::database(OPERATION))?;
        let mails = mails.try_collect().await;
        mails.map_err(StoreError::database(OPERATION))
    }
}
