//! Addresses that are told of documents, and whether they want to be.

use std::collections::BTreeSet;

use futures_util::TryStreamExt;
use mongodb::bson::{DateTime, Document, doc};
use mongodb::options::ReturnDocument;

use super::erasure::is_pseudonym;
use super::{OPERATION_LIMIT, Store, StoreError, Tx};
use crate::group::Group;
use crate::id::{GroupId, NoticeAddressId};
use crate::notice::NoticeAddress;

/// That an address was written to. Two transactions that do so do not both commit.
fn changed() -> Document {
    doc! { "$inc": { "changes": 1_i64 } }
}

impl Store {
    /// The address with this id, to be told in a mail that begins now: what is added from now on asks for
    /// a mail of its own.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn begin_notice_mail(
        &self,
        id: NoticeAddressId,
    ) -> Result<Option<NoticeAddress>, StoreError> {
        self.collections
            .notice_addresses
            .find_one_and_update(doc! { "_id": id }, changed())
            .return_document(ReturnDocument::After)
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database("begin a mail about documents"))
    }

    /// The address with this id.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn find_notice_address(
        &self,
        id: NoticeAddressId,
    ) -> Result<Option<NoticeAddress>, StoreError> {
        self.collections
            .notice_addresses
            .find_one(doc! { "_id": id })
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database("find an address that is told"))
    }

    /// Whether an address (as it is compared) is told of documents: every one is that did not say
    /// otherwise.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn takes_notices(&self, email_key: &str) -> Result<bool, StoreError> {
        let found = self
            .collections
            .notice_addresses
            .find_one(doc! { "email_key": email_key })
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database("find whether an address is told"))?;
        Ok(found.is_none_or(|address| address.unsubscribed_at.is_none()))
    }
}

impl Tx<'_> {
    /// Stops the notices to the address with this id; `false` when they were stopped before, or the
    /// address is gone.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn unsubscribe(
        &mut self,
        id: NoticeAddressId,
        now: DateTime,
    ) -> Result<bool, StoreError> {
        let mut change = changed();
        change.insert("$set", doc! { "unsubscribed_at": now });
        self.store
            .collections
            .notice_addresses
            .update_one(doc! { "_id": id, "unsubscribed_at": null }, change)
            .session(&mut *self.session)
            .await
            .map(|result| result.modified_count == 1)
            .map_err(StoreError::database("stop notices"))
    }

    /// Says whether an address (as it is compared) is told of documents from now on.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn set_takes_notices(
        &mut self,
        email_key: &str,
        enabled: bool,
        now: DateTime,
    ) -> Result<(), StoreError> {
        let id = self.new_address_id(now);
        let mut change = changed();
        let since = (!enabled).then_some(now);
        change.insert("$set", doc! { "unsubscribed_at": since });
        change.insert("$setOnInsert", doc! { "_id": id });
        self.store
            .collections
            .notice_addresses
            .update_one(doc! { "email_key": email_key }, change)
            .upsert(true)
            .session(&mut *self.session)
            .await
            .map(drop)
            .map_err(StoreError::database("say whether an address is told"))
    }

    /// Keeps others from writing to an address until this transaction has ended; `false` when it is gone.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub(super) async fn hold_notice_address(
        &mut self,
        id: NoticeAddressId,
    ) -> Result<bool, StoreError> {
        self.store
            .collections
            .notice_addresses
            .update_one(doc! { "_id": id }, changed())
            .session(&mut *self.session)
            .await
            .map(|result| result.matched_count == 1)
            .map_err(StoreError::database("hold an address that is told"))
    }

    /// The addresses (as they are compared) behind the recipients of a document, those of the members of
    /// groups among them, each once. Of a deleted person there is none.
    pub(super) async fn expand_recipients(
        &mut self,
        recipients: &[String],
    ) -> Result<Vec<String>, StoreError> {
        let (mut groups, mut addresses) = (Vec::new(), BTreeSet::new());
        for recipient in recipients {
            match recipient.parse::<GroupId>() {
                Ok(group) => groups.push(group),
                Err(_) => {
                    addresses.insert(recipient.clone());
                }
            }
        }
        addresses.extend(self.members_of(&groups).await?);
        addresses.retain(|address| !is_pseudonym(address));
        Ok(addresses.into_iter().collect())
    }

    /// The addresses of the members of groups.
    async fn members_of(&mut self, groups: &[GroupId]) -> Result<Vec<String>, StoreError> {
        const OPERATION: &str = "find the members of groups";
        if groups.is_empty() {
            return Ok(Vec::new());
        }
        let found = self
            .store
            .collections
            .groups
            .find(doc! { "_id": { "$in": groups.to_vec() } })
            .session(&mut *self.session)
            .await;
        let mut found = found.map_err(StoreError::database(OPERATION))?;
        let found = found.stream(&mut *self.session).try_collect().await;
        let found: Vec<Group> = found.map_err(StoreError::database(OPERATION))?;
        Ok(found.into_iter().flat_map(|group| group.members).collect())
    }

    /// The rows of these addresses (as they are compared), which are added where they are missing and
    /// written to where they are not: a mail to one of them begins before this transaction or after it.
    pub(super) async fn hold_notice_addresses(
        &mut self,
        keys: &[String],
        now: DateTime,
    ) -> Result<Vec<NoticeAddress>, StoreError> {
        const OPERATION: &str = "find addresses that are told";
        let addresses = &self.store.collections.notice_addresses;
        let known = doc! { "email_key": { "$in": keys.to_vec() } };
        let found = addresses
            .find(known.clone())
            .session(&mut *self.session)
            .await;
        let mut found = found.map_err(StoreError::database(OPERATION))?;
        let found = found.stream(&mut *self.session).try_collect().await;
        let mut all: Vec<NoticeAddress> = found.map_err(StoreError::database(OPERATION))?;
        if !all.is_empty() {
            addresses
                .update_many(known, changed())
                .session(&mut *self.session)
                .await
                .map_err(StoreError::database("hold addresses that are told"))?;
        }
        let there: BTreeSet<String> = all.iter().map(|it| it.email_key.clone()).collect();
        let added: Vec<NoticeAddress> = keys
            .iter()
            .filter(|key| !there.contains(*key))
            .map(|key| NoticeAddress {
                id: self.new_address_id(now),
                email_key: key.clone(),
                unsubscribed_at: None,
                changes: 1,
            })
            .collect();
        if !added.is_empty() {
            addresses
                .insert_many(&added)
                .session(&mut *self.session)
                .await
                .map_err(StoreError::database("add addresses that are told"))?;
        }
        all.extend(added);
        Ok(all)
    }

    /// A random one: it stays in the audit and in jobs when the address is erased, and nobody may find the address by
    /// trying. A transaction that is run once more gets another one, of which nothing was written.
    fn new_address_id(&self, now: DateTime) -> NoticeAddressId {
        NoticeAddressId::generate(self.store.blobs.entropy(), now)
    }
}
