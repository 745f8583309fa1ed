//! Sign-ups that wait to be confirmed.

use futures_util::TryStreamExt;
use mongodb::bson::{DateTime, doc};

use super::mail_quota::MailSort;
use super::mailed::mailed;
use super::{OPERATION_LIMIT, Store, StoreError, Tx};
use crate::id::{JobId, SignUpId};
use crate::queue::SendEmail;
use crate::sign_up::{SignUp, UNSENT_TTL};

impl Store {
    /// The sign-up with this id, while it can be confirmed.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn find_sign_up(
        &self,
        id: SignUpId,
        now: DateTime,
    ) -> Result<Option<SignUp>, StoreError> {
        self.collections
            .sign_ups
            .find_one(doc! { "_id": id, "expires_at": { "$gt": now } })
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database("find a sign-up"))
    }

    /// Records that the mail of a sign-up was sent, with a link that works until `expires_at`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn record_sign_up_mail(
        &self,
        id: SignUpId,
        expires_at: DateTime,
    ) -> Result<(), StoreError> {
        self.collections
            .sign_ups
            .update_one(doc! { "_id": id }, mailed(expires_at).to_vec())
            .await
            .map(drop)
            .map_err(StoreError::database("record the mail of a sign-up"))
    }
}

impl Tx<'_> {
    /// Adds a sign-up and enqueues its mail, which is due when the address may get one.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`], [`StoreError::Queue`].
    pub async fn insert_sign_up(
        &mut self,
        mut sign_up: SignUp,
        job: JobId,
    ) -> Result<(), StoreError> {
        let now = sign_up.created_at;
        let due = self
            .reserve_mail(MailSort::SignUp, &sign_up.email_key, now)
            .await?;
        sign_up.await_mail(due);
        self.store
            .collections
            .sign_ups
            .insert_one(&sign_up)
            .session(&mut *self.session)
            .await
            .map_err(StoreError::database("add a sign-up"))?;
        self.enqueue_sign_up_mail(sign_up.id, job, due, now).await
    }

    /// Enqueues another mail, under the ids `jobs`, of each of the newest sign-ups that wait for this
    /// address (as it is compared). One whose mail is still under way gets no second, and neither
    /// does one that is older than [`UNSENT_TTL`].
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`], [`StoreError::Queue`].
    pub async fn resend_sign_ups(
        &mut self,
        email_key: &str,
        jobs: &[JobId],
        now: DateTime,
    ) -> Result<(), StoreError> {
        let limit = i64::try_from(jobs.len()).unwrap_or(i64::MAX);
        let waiting = self.find_mailed_sign_ups(email_key, limit, now).await?;
        for (mut sign_up, job) in waiting.into_iter().zip(jobs) {
            let due = self.reserve_mail(MailSort::SignUp, email_key, now).await?;
            sign_up.await_mail(due);
            let (mail_due_at, expires_at) = (sign_up.mail_due_at, sign_up.expires_at);
            self.store
                .collections
                .sign_ups
                .update_one(
                    doc! { "_id": sign_up.id },
                    doc! { "$set": { "mail_due_at": mail_due_at, "expires_at": expires_at } },
                )
                .session(&mut *self.session)
                .await
                .map_err(StoreError::database("ask for another mail of a sign-up"))?;
            self.enqueue_sign_up_mail(sign_up.id, *job, due, now)
                .await?;
        }
        Ok(())
    }

    async fn find_mailed_sign_ups(
        &mut self,
        email_key: &str,
        limit: i64,
        now: DateTime,
    ) -> Result<Vec<SignUp>, StoreError> {
        let unsent_millis = i64::try_from(UNSENT_TTL.as_millis()).unwrap_or(i64::MAX);
        let oldest = now.saturating_add_millis(-unsent_millis);
        let mut found = self
            .store
            .collections
            .sign_ups
            .find(doc! {
                "email_key": email_key, "mail_due_at": null,
                "expires_at": { "$gt": now }, "created_at": { "$gt": oldest },
            })
            .sort(doc! { "_id": -1 })
            .limit(limit)
            .session(&mut *self.session)
            .await
            .map_err(StoreError::database("find sign-ups by address"))?;
        let found = found.stream(&mut *self.session).try_collect().await;
        found.map_err(StoreError::database("find sign-ups by address"))
    }

    async fn enqueue_sign_up_mail(
        &mut self,
        sign_up_id: SignUpId,
        job: JobId,
        due: DateTime,
        now: DateTime,
    ) -> Result<(), StoreError> {
        let wait = due.saturating_duration_since(now);
        self.enqueue_in(SendEmail::SignUp { sign_up_id }, job, wait)
            .await
    }
}
