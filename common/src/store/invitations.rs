//! Invitations that were not accepted yet.

use futures_util::TryStreamExt;
use mongodb::bson::{DateTime, Document, doc};

use super::mail_quota::MailSort;
use super::mailed::mailed;
use super::{OPERATION_LIMIT, Store, StoreError, Tx};
use crate::audit::AuditEntry;
use crate::id::{InvitationId, JobId, NoticeAddressId, UserId};
use crate::invitation::Invitation;
use crate::queue::SendEmail;
use crate::user::Role;

/// Which invitations somebody may know of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvitationScope {
    /// All.
    Everything,
    /// Those that one person made.
    MadeBy(UserId),
}

impl InvitationScope {
    fn filter(self, now: DateTime) -> Document {
        let mut filter = doc! { "expires_at": { "$gt": now } };
        if let Self::MadeBy(user_id) = self {
            filter.insert("invited_by", user_id);
        }
        filter
    }
}

impl Store {
    /// The invitation with this id, while it can be accepted.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn find_invitation(
        &self,
        id: InvitationId,
        now: DateTime,
    ) -> Result<Option<Invitation>, StoreError> {
        self.collections
            .invitations
            .find_one(doc! { "_id": id, "expires_at": { "$gt": now } })
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database("find an invitation"))
    }

    /// The newest invitation of an address (as it is compared) that can be accepted.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn find_invitation_of(
        &self,
        email_key: &str,
        now: DateTime,
    ) -> Result<Option<Invitation>, StoreError> {
        self.collections
            .invitations
            .find_one(doc! { "email_key": email_key, "expires_at": { "$gt": now } })
            .sort(doc! { "_id": -1 })
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database("find an invitation of an address"))
    }

    /// The newest invitations that can be accepted, those after `after` when it is given.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn list_invitations(
        &self,
        scope: InvitationScope,
        after: Option<InvitationId>,
        limit: i64,
        now: DateTime,
    ) -> Result<Vec<Invitation>, StoreError> {
        let mut filter = scope.filter(now);
        if let Some(after) = after {
            filter.insert("_id", doc! { "$lt": after });
        }
        let found = self
            .collections
            .invitations
            .find(filter)
            .sort(doc! { "_id": -1 })
            .limit(limit)
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database("list invitations"))?;
        let found = found.try_collect().await;
        found.map_err(StoreError::database("list invitations"))
    }

    /// Records that the mail of an invitation was sent, with a link that works until `expires_at`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn record_invitation_mail(
        &self,
        id: InvitationId,
        expires_at: DateTime,
    ) -> Result<(), StoreError> {
        self.collections
            .invitations
            .update_one(doc! { "_id": id }, mailed(expires_at).to_vec())
            .await
            .map(drop)
            .map_err(StoreError::database("record the mail of an invitation"))
    }
}

impl Tx<'_> {
    /// Takes an invitation back; `false` when there is none (any more) that the caller may know of.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn revoke_invitation(
        &mut self,
        id: InvitationId,
        scope: InvitationScope,
        now: DateTime,
    ) -> Result<bool, StoreError> {
        let mut filter = scope.filter(now);
        filter.insert("_id", id);
        self.store
            .collections
            .invitations
            .delete_one(filter)
            .session(&mut *self.session)
            .await
            .map(|result| result.deleted_count == 1)
            .map_err(StoreError::database("take an invitation back"))
    }

    /// Adds an invitation and enqueues its mail, which is due when the address may get one; the invitation
    /// as it is stored.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`], [`StoreError::Queue`].
    pub async fn insert_invitation(
        &mut self,
        mut invitation: Invitation,
        job: JobId,
    ) -> Result<Invitation, StoreError> {
        let now = invitation.created_at;
        let key = invitation.email_key.clone();
        let due = self.reserve_mail(MailSort::Invitation, &key, now).await?;
        invitation.await_mail(due);
        self.store
            .collections
            .invitations
            .insert_one(&invitation)
            .session(&mut *self.session)
            .await
            .map_err(StoreError::database("add an invitation"))?;
        let invitation_id = invitation.id;
        let wait = due.saturating_duration_since(now);
        self.enqueue_in(SendEmail::Invitation { invitation_id }, job, wait)
            .await?;
        Ok(invitation)
    }

    /// The newest invitation of the address that can be accepted, or else `invitation`, which is added
    /// then, and `entry` with it. No mail is enqueued: the one that is about to tell the address of
    /// documents carries the link. [`None`] when the address is told of nothing any more.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn invite_recipient(
        &mut self,
        address: NoticeAddressId,
        mut invitation: Invitation,
        entry: AuditEntry,
    ) -> Result<Option<Invitation>, StoreError> {
        // Another mail to the address does not do the same at the same time.
        if !self.hold_notice_address(address).await? {
            return Ok(None);
        }
        let now = invitation.created_at;
        let invitations = &self.store.collections.invitations;
        let living = doc! { "email_key": &invitation.email_key, "expires_at": { "$gt": now } };
        let found = invitations
            .find_one(living)
            .sort(doc! { "_id": -1 })
            .session(&mut *self.session)
            .await
            .map_err(StoreError::database("find an invitation of an address"))?;
        if found.is_some() {
            return Ok(found);
        }
        invitation.await_mail(now);
        invitations
            .insert_one(&invitation)
            .session(&mut *self.session)
            .await
            .map_err(StoreError::database("add an invitation"))?;
        self.record(entry).await?;
        Ok(Some(invitation))
    }

    /// Takes an invitation to make its account; `false` when it has ended, or whoever made it may not
    /// invite to that role any more.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn take_invitation(
        &mut self,
        id: InvitationId,
        now: DateTime,
    ) -> Result<bool, StoreError> {
        let invitations = &self.store.collections.invitations;
        let live = doc! { "_id": id, "expires_at": { "$gt": now } };
        let found = invitations
            .find_one(live.clone())
            .session(&mut *self.session)
            .await
            .map_err(StoreError::database("find an invitation to take"))?;
        let Some(invitation) = found else {
            return Ok(false);
        };
        invitations
            .delete_one(live)
            .session(&mut *self.session)
            .await
            .map_err(StoreError::database("take an invitation"))?;
        let inviter = self.read_user(invitation.invited_by).await?;
        Ok(inviter.is_some_and(|inviter| inviter.invites_to().contains(&invitation.role)))
    }

    /// Ends the invitations that somebody made to other roles than `kept`.
    pub(super) async fn end_invitations_by(
        &mut self,
        user_id: UserId,
        kept: &[Role],
    ) -> Result<(), StoreError> {
        let kept: Vec<&str> = kept.iter().map(|role| role.as_str()).collect();
        self.store
            .collections
            .invitations
            .delete_many(doc! { "invited_by": user_id, "role": { "$nin": kept } })
            .session(&mut *self.session)
            .await
            .map(drop)
            .map_err(StoreError::database("end the invitations by somebody"))
    }

    /// Ends every invitation of an address.
    pub(crate) async fn end_invitations(&mut self, email_key: &str) -> Result<(), StoreError> {
        self.store
            .collections
            .invitations
            .delete_many(doc! { "email_key": email_key })
            .session(&mut *self.session)
            .await
            .map(drop)
            .map_err(StoreError::database("end invitations"))
    }
}
