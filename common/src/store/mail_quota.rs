//! How many mails an address gets within a window, across all API processes.

use mongodb::bson::{DateTime, doc};
use serde::{Deserialize, Serialize};

use super::{StoreError, Tx};
use crate::mail_quota::{MAIL_WINDOW, MAX_MAILS, next_due};
use crate::reset::{AskedBy, ResetOf};

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

/// A sort of mails that are counted apart: a flood of one does not hold up the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailSort {
    /// About a sign-up.
    SignUp,
    /// About an invitation.
    Invitation,
    /// With which something can be reset; those that operators ask for wait for no others.
    Reset(ResetOf, AskedBy),
}

impl MailSort {
    const ALL: [Self; 6] = [
        Self::SignUp,
        Self::Invitation,
        Self::Reset(ResetOf::Password, AskedBy::Anybody),
        Self::Reset(ResetOf::Password, AskedBy::Operator),
        Self::Reset(ResetOf::SecondFactor, AskedBy::Anybody),
        Self::Reset(ResetOf::SecondFactor, AskedBy::Operator),
    ];

    /// The key of the quota of an address (as it is compared).
    fn key(self, email_key: &str) -> String {
        match self {
            Self::SignUp => email_key.to_owned(),
            Self::Invitation => format!("invitation:{email_key}"),
            Self::Reset(of, AskedBy::Anybody) => format!("{}:{email_key}", of.as_str()),
            Self::Reset(of, AskedBy::Operator) => format!("operator:{}:{email_key}", of.as_str()),
        }
    }
}

/// The keys of every quota of an address (as it is compared).
pub(super) fn quota_keys(email_key: &str) -> Vec<String> {
    MailSort::ALL.map(|sort| sort.key(email_key)).to_vec()
}

impl Tx<'_> {
    /// Takes the next place among the mails of one sort to an address (as it is compared); when its mail
    /// is due.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn reserve_mail(
        &mut self,
        sort: MailSort,
        email_key: &str,
        now: DateTime,
    ) -> Result<DateTime, StoreError> {
        let due = self.next_mail_due(sort, email_key, now).await?;
        self.count_mail(sort, email_key, due).await?;
        Ok(due)
    }

    /// When the next mail of one sort to an address (as it is compared) would be due.
    pub(super) async fn next_mail_due(
        &mut self,
        sort: MailSort,
        email_key: &str,
        now: DateTime,
    ) -> Result<DateTime, StoreError> {
        let found = self
            .store
            .collections
            .mail_quotas
            .find_one(doc! { "_id": sort.key(email_key) })
            .session(&mut *self.session)
            .await
            .map_err(StoreError::database("read a mail quota"))?;
        let earlier = found.map(|quota| quota.due_at).unwrap_or_default();
        Ok(next_due(&earlier, now))
    }

    /// Counts a mail that is due at `due`, as [`Self::next_mail_due`] said in this transaction.
    pub(super) async fn count_mail(
        &mut self,
        sort: MailSort,
        email_key: &str,
        due: DateTime,
    ) -> Result<(), StoreError> {
        let kept = i32::try_from(MAX_MAILS).unwrap_or(i32::MAX);
        self.store
            .collections
            .mail_quotas
            .update_one(
                doc! { "_id": sort.key(email_key) },
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
