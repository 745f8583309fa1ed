//! How many mails an address gets within a window, across all API processes.

use mongodb::bson::{DateTime, doc};
use serde::{Deserialize, Serialize};

use super::{StoreError, Tx};
use crate::mail_quota::{MAIL_WINDOW, MAX_MAILS, next_due};

/// When the last mails to an address are or were due, in order.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MailQuota {
    /// The address as it is compared, for mails that some requests cause behind the name of those and a
    /// colon.
    #[serde(rename = "_id")]
    pub email_key: String,
    /// At most [`MAX_MAILS`] of them.
    pub due_at: Vec<DateTime>,
}

impl Tx<'_> {
    /// Takes the next place among the mails to an address, or those of one sort to it; when its mail is
    /// due.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn reserve_mail(
        &mut self,
        email_key: &str,
        now: DateTime,
    ) -> Result<DateTime, StoreError> {
        let due = self.next_mail_due(email_key, now).await?;
        self.count_mail(email_key, due).await?;
        Ok(due)
    }

    /// When the next mail to an address, or of one sort to it, would be due.
    pub(super) async fn next_mail_due(
        &mut self,
        email_key: &str,
        now: DateTime,
    ) -> Result<DateTime, StoreError> {
        let found = self
            .store
            .collections
            .mail_quotas
            .find_one(doc! { "_id": email_key })
            .session(&mut *self.session)
            .await
            .map_err(StoreError::database("read a mail quota"))?;
        let earlier = found.map(|quota| quota.due_at).unwrap_or_default();
        Ok(next_due(&earlier, now))
    }

    /// Counts a mail that is due at `due`, as [`Self::next_mail_due`] said in this transaction.
    pub(super) async fn count_mail(
        &mut self,
        email_key: &str,
        due: DateTime,
    ) -> Result<(), StoreError> {
        let kept = i32::try_from(MAX_MAILS).unwrap_or(i32::MAX);
        self.store
            .collections
            .mail_quotas
            .update_one(
                doc! { "_id": email_key },
                doc! {
                    "$push": { "due_at": { "$each": [due], "$slice": -kept } },
                    "$set": { "expire_at": due.saturating_add_duration(MAIL_WINDOW) },
                },
            )
            .upsert(true)
            .session(&mut *self.session)
            .await
            .map(drop)
            .map_err(StoreError::database("count a mail"))
    }
}
