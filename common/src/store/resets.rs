//! Forgotten passwords and lost second factors.

use mongodb::bson::{DateTime, doc};

use super::mail_quota::MailSort;
use super::mailed::mailed;
use super::{OPERATION_LIMIT, Store, StoreError, Tx};
use crate::id::{JobId, ResetId};
use crate::queue::SendEmail;
use crate::reset::{AskedBy, Reset, ResetOf};

impl Store {
    /// Asks for a mail, under the id `job`, with which the password of the account of an address (as
    /// it is compared) can be replaced, or its second factor removed, as anybody may. Nothing tells
    /// whether there is one; a request whose mail is under way already is enough.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`], [`StoreError::Queue`].
    pub async fn request_reset(
        &self,
        of: ResetOf,
        email_key: &str,
        id: ResetId,
        job: JobId,
        now: DateTime,
    ) -> Result<(), StoreError> {
        self.transaction("ask for a reset", |tx| {
            let key = email_key.to_owned();
            let by = AskedBy::Anybody;
            Box::pin(async move { tx.insert_reset(of, by, &key, id, job, now).await })
        })
        .await
    }

    /// The request with this id, while its link can be used.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn find_reset(
        &self,
        id: ResetId,
        of: ResetOf,
        now: DateTime,
    ) -> Result<Option<Reset>, StoreError> {
        self.collections
            .resets
            .find_one(doc! { "_id": id, "of": of.as_str(), "expires_at": { "$gt": now } })
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database("find a reset"))
    }

    /// Records that the mail was sent, or that there is nobody to send one to: the request ends at
    /// `expires_at`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn record_reset_mail(
        &self,
        id: ResetId,
        expires_at: DateTime,
    ) -> Result<(), StoreError> {
        self.collections
            .resets
            .update_one(doc! { "_id": id }, mailed(expires_at).to_vec())
            .await
            .map(drop)
            .map_err(StoreError::database("record the mail of a reset"))
    }
}

impl Tx<'_> {
    /// Adds a request and enqueues its mail, unless a mail is under way that is enough.
    ///
    /// Each sort has a number of mails an hour of its own: a flood of sign-ups with an address does not
    /// keep its owner from a reset. So do operators: what they ask for is held up by no mail that is due
    /// later than theirs would be, and a flood of requests keeps nobody from the mail they have sent.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`], [`StoreError::Queue`].
    pub async fn insert_reset(
        &mut self,
        of: ResetOf,
        by: AskedBy,
        email_key: &str,
        id: ResetId,
        job: JobId,
        now: DateTime,
    ) -> Result<(), StoreError> {
        let sort = MailSort::Reset(of, by);
        let due = self.next_mail_due(sort, email_key, now).await?;
        let enough = match by {
            AskedBy::Anybody => doc! { "$ne": null },
            // A comparison with a date finds dates alone, and so no mail that was sent.
            AskedBy::Operator => doc! { "$lte": due },
        };
        let under_way = doc! {
            "email_key": email_key, "of": of.as_str(),
            "mail_due_at": enough, "expires_at": { "$gt": now },
        };
        let resets = &self.store.collections.resets;
        let under_way = resets
            .find_one(under_way)
            .session(&mut *self.session)
            .await
            .map_err(StoreError::database("find resets by address"))?;
        if under_way.is_some() {
            return Ok(());
        }
        self.count_mail(sort, email_key, due).await?;
        resets
            .insert_one(Reset::new(id, of, email_key, now, due))
            .session(&mut *self.session)
            .await
            .map_err(StoreError::database("add a reset"))?;
        let wait = due.saturating_duration_since(now);
        let mail = match of {
            ResetOf::Password => SendEmail::ResetPassword { reset_id: id },
            ResetOf::SecondFactor => SendEmail::ResetSecondFactor { reset_id: id },
        };
        self.enqueue_in(mail, job, wait).await
    }

    /// Takes a request to use its link; `false` when it has ended.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn take_reset(&mut self, id: ResetId, now: DateTime) -> Result<bool, StoreError> {
        self.store
            .collections
            .resets
            .delete_one(doc! { "_id": id, "expires_at": { "$gt": now } })
            .session(&mut *self.session)
            .await
            .map(|result| result.deleted_count == 1)
            .map_err(StoreError::database("take a reset"))
    }

    /// Ends every request of one sort for an address.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn end_resets(&mut self, of: ResetOf, email_key: &str) -> Result<(), StoreError> {
        self.store
            .collections
            .resets
            .delete_many(doc! { "email_key": email_key, "of": of.as_str() })
            .session(&mut *self.session)
            .await
            .map(drop)
            .map_err(StoreError::database("end resets"))
    }
}
