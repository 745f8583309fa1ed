//! Removing an account with all that is known of the person.

use mongodb::bson::{Document, doc};

use super::mail_quota::quota_keys;
use super::{StoreError, Tx, collection};
use crate::id::UserId;
use crate::user::User;

impl Tx<'_> {
    /// Removes an account, its sessions, links, sign-ups, resets, and invitations by and to it, takes the address
    /// out of groups, and puts [a pseudonym](pseudonym) where it stands among the recipients of documents, those
    /// who were told of them, in what is said of uploads, and in answers that are kept for a day. That the address wanted no notices is
    /// forgotten, too.
    ///
    /// The id stays as the owner of documents and in jobs: it says that it was one and the same
    /// person, and not who.
    pub(super) async fn erase_user(&mut self, user: &User) -> Result<(), StoreError> {
        self.outdates_recent();
        let (id, key) = (user.id, &user.email_key);
        let either_way = doc! { "$or": [{ "email_key": key }, { "invited_by": id }] };
        // The account comes first: see `change_user`.
        let users = &self.store.collections.users;
        let erased = users
            .delete_one(doc! { "_id": id })
            .session(&mut *self.session)
            .await
            .map_err(StoreError::database("erase a user"));
        self.outrun_log_ins(id, erased).await?;
        for (name, theirs) in [
            (collection::SESSIONS, doc! { "user_id": id }),
            (collection::LINKS, doc! { "client_id": id }),
            (collection::SIGN_UPS, doc! { "email_key": key }),
            (collection::INVITATIONS, either_way),
            (collection::RESETS, doc! { "email_key": key }),
            (collection::NOTICE_ADDRESSES, doc! { "email_key": key }),
            (
                collection::MAIL_QUOTAS,
                doc! { "_id": { "$in": quota_keys(key) } },
            ),
        ] {
            let rows = self.store.database.collection::<Document>(name);
            rows.delete_many(theirs)
                .session(&mut *self.session)
                .await
                .map_err(StoreError::database("erase a user"))?;
        }
        self.leave_groups(key).await?;
        self.store
            .collections
            .notices
            .update_many(
                doc! { "email_key": key },
                doc! { "$set": { "email_key": pseudonym(id) } },
            )
            .session(&mut *self.session)
            .await
            .map_err(StoreError::database("erase who was told"))?;
        self.store
            .collections
            .files
            .update_many(
                doc! { "recipients": key },
                doc! { "$set": { "recipients.$[theirs]": pseudonym(id) } },
            )
            .array_filters(vec![doc! { "theirs": key }])
            .session(&mut *self.session)
            .await
            .map_err(StoreError::database("erase a recipient"))?;
        self.erase_from_uploads(key, &pseudonym(id)).await?;
        self.erase_from_answers(key, &pseudonym(id)).await
    }
}

/// Whether `email_key` stands for the address of a deleted person.
pub(super) fn is_pseudonym(email_key: &str) -> bool {
    email_key.ends_with("@deleted.invalid")
}

/// What stands for the address of a deleted person: an address that nobody can have.
pub fn pseudonym(id: UserId) -> String {
    format!("{}@deleted.invalid", id.to_string().to_lowercase())
}
