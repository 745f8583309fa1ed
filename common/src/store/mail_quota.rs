//! How many mails an address gets within a window, across all API processes.

use mongodb::bson::{DateTime, doc};
use serde::{Deserialize, Serialize};

use super::{StoreError, Tx};
use crate::mail_quota::{MAIL_WINDOW, MAX_MAILS, next_due};
use crate::reset::ResetOf;

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
    /// With which something can be reset.
    Reset(ResetOf),
}

impl MailSort {
    const ALL: [Self; 4] = [
        Self::SignUp,
        Self::Invitation,
        Self::Reset(ResetOf::Password),
        Self::Reset(ResetOf::SecondFactor),
    ];

    /// The key of the quota of an address (as it is compared).
    fn key(self, email_key: &str) -> String {
        match self {
            Self::SignUp => email_key.to_owned(),
            Self::Invitation => format!("invitation:{email_key}"),
            Self::Reset(of) => format!("{}:{email_key}", of.as_str()),
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
        let key = sort.key(email_key);
        let quotas = &self.store.collections.mail_quotas;
        let found = quotas
            .find_one(doc! { "_id": &key })
            .session(&mut *self.session)
            .await
            .map_err(StoreError::database("read a mail quota"))?;
        let earlier = found.map(|quota| quota.due_at).unwrap_or_default();
        let due = next_due(&earlier, now);
        let kept = i32::try_from(MAX_MAILS).unwrap_or(i32::MAX);
        quotas
            .update_one(
                doc! { "_id": &key },
                doc! {
                    "$push": { "due_at": { "$each": [due], "$slice": -kept } },
                    "$set": { "expire_at": due.saturating_add_duration(MAIL_WINDOW) },
                },
            )
            .upsert(true)
            .session(&mut *self.session)
            .await
            .map_err(StoreError::database("count a mail"))?;
        Ok(due)
    }
}
