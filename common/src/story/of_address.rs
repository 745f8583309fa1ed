//! What became of the mails to an address.

use super::{Explanation, Known};
use crate::email::EmailAddress;
use crate::queue::backend::JobFilter;
use crate::queue::{QueueName, SendEmail};
use crate::store::addressees::Addressee;
use crate::store::{Store, StoreError};

impl Explanation {
    /// What became of the mails to `email`.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn of_address(store: &Store, email: &EmailAddress) -> Result<Self, StoreError> {
        let addressee = store.find_addressee(&email.key()).await?;
        let mut said = Self {
            known: known(&addressee),
            ..Self::default()
        };
        let queue = QueueName::of::<SendEmail>();
        let filter = JobFilter {
            any_of: addressee.facts(),
            ..JobFilter::queue(queue.as_str())
        };
        said.add_jobs(store, &filter).await?;
        if addressee.is_unknown() {
            said.conclusions.push(
                "nothing is stored under this address: nobody signed up with it or was invited within the last days, or \
                 the account was deleted"
                    .to_owned(),
            );
        } else if said.jobs.is_empty() {
            said.conclusions.push(
                "the queue remembers no mail to this address: done jobs are kept for a day, dead ones for 30 days, and the \
                 mails of a sign-up, an invitation or a reset are found until it is used or has expired"
                    .to_owned(),
            );
        }
        Ok(said)
    }
}

fn known(addressee: &Addressee) -> Vec<Known> {
    let user = addressee.user.iter().map(Known::user);
    let sign_ups = addressee.sign_ups.iter().map(Known::sign_up);
    let invitations = addressee.invitations.iter().map(Known::invitation);
    let resets = addressee.resets.iter().map(Known::reset);
    user.chain(sign_ups)
        .chain(invitations)
        .chain(resets)
        .chain(addressee.notices.iter().map(Known::notice_address))
        .collect()
}
