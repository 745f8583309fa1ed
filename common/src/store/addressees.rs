//! Everything that mails to an address are about, for operators who ask what became of one.

use apalis_mongodb::JobFact;
use futures_util::TryStreamExt;
use mongodb::Collection;
use mongodb::bson::doc;
use serde::de::DeserializeOwned;

use super::{OPERATION_LIMIT, Store, StoreError};
use crate::id::{FileId, UserId};
use crate::invitation::Invitation;
use crate::link::Link;
use crate::notice::NoticeAddress;
use crate::queue::{about, cause_key};
use crate::reset::Reset;
use crate::sign_up::SignUp;
use crate::user::User;

/// So many of a kind are looked at, the newest ones.
const MOST: i64 = 100;

/// What is stored under an address: what has expired, too, until the database removes it.
#[derive(Clone, Debug, Default)]
pub struct Addressee {
    /// The account.
    pub user: Option<User>,
    /// Sign-ups that are not confirmed.
    pub sign_ups: Vec<SignUp>,
    /// Invitations that are not accepted.
    pub invitations: Vec<Invitation>,
    /// Resets that were asked for and not used.
    pub resets: Vec<Reset>,
    /// What mails about documents name it by.
    pub notices: Vec<NoticeAddress>,
}

impl Addressee {
    /// Whether nothing is stored under the address.
    pub fn is_unknown(&self) -> bool {
        self.user.is_none()
            && self.sign_ups.is_empty()
            && self.invitations.is_empty()
            && self.resets.is_empty()
            && self.notices.is_empty()
    }

    /// What the payload of a mail to the address has, one of these. Nothing is stored under an address
    /// whose mails have none: then no job has it.
    pub fn facts(&self) -> Vec<JobFact> {
        let users = self.user.iter().map(|user| user.id.to_string());
        let sign_ups = self.sign_ups.iter().map(|it| it.id.to_string());
        let invitations = self.invitations.iter().map(|it| it.id.to_string());
        let resets = self.resets.iter().map(|it| it.id.to_string());
        let notices = self.notices.iter().map(|it| it.id.to_string());
        vec![
            about("address_id", notices),
            about("user_id", users),
            about("sign_up_id", sign_ups),
            about("invitation_id", invitations),
            about("reset_id", resets),
        ]
    }
}

/// What jobs have that are about a person, or were enqueued by their requests; one of these.
pub fn facts_of_user(user: UserId) -> Vec<JobFact> {
    let by_them = JobFact::Metadata {
        key: cause_key::USER.to_owned(),
        values: vec![user.to_string()],
    };
    vec![about("user_id", [user.to_string()]), by_them]
}

impl Store {
    /// What is stored under the address (as it is compared).
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn find_addressee(&self, email_key: &str) -> Result<Addressee, StoreError> {
        let all = &self.collections;
        Ok(Addressee {
            user: self.find_user_by_email_key(email_key).await?,
            sign_ups: newest(&all.sign_ups, email_key).await?,
            invitations: newest(&all.invitations, email_key).await?,
            resets: newest(&all.resets, email_key).await?,
            notices: newest(&all.notice_addresses, email_key).await?,
        })
    }

    /// The newest links to a document, at most `limit`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn list_links_of_file(
        &self,
        file: FileId,
        limit: i64,
    ) -> Result<Vec<Link>, StoreError> {
        const OPERATION: &str = "list the links to a file";
        let links = self.collections.links.find(doc! { "file_id": file });
        let links = links.sort(doc! { "_id": -1 }).limit(limit);
        let links = links.max_time(OPERATION_LIMIT).await;
        let links = links.map_err(StoreError::database(OPERATION))?;
        let links = links.try_collect().await;
        links.map_err(StoreError::database(OPERATION))
    }
}

/// The newest of what is stored under `email_key`.
async fn newest<T>(collection: &Collection<T>, email_key: &str) -> Result<Vec<T>, StoreError>
where
    T: DeserializeOwned + Unpin + Send + Sync,
{
    const OPERATION: &str = "find what is stored under an address";
    let found = collection.find(doc! { "email_key": email_key });
    let found = found.sort(doc! { "_id": -1 }).limit(MOST);
    let found = found.max_time(OPERATION_LIMIT).await;
    let found = found.map_err(StoreError::database(OPERATION))?;
    let found = found.try_collect().await;
    found.map_err(StoreError::database(OPERATION))
}
