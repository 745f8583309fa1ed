//! The mail that tells an address of documents: all that it was not told yet.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use dossier_common::audit::{Act, Actor, AuditEntry};
use dossier_common::email::EmailAddress;
use dossier_common::file::{File, Reader};
use dossier_common::id::{InvitationId, NoticeAddressId, UserId};
use dossier_common::invitation::{INVITATION_TTL, Invitation};
use dossier_common::notice::{Notice, NoticeAddress, NoticeState};
use dossier_common::store::StoreError;
use dossier_common::store::files::FileScope;
use dossier_common::token::{InvitationClaims, UnsubscribeClaims};
use dossier_common::user::{Role, User, UserState};
use mongodb::bson::DateTime;

use super::addressed::{Addressed, Decision, link, unix_seconds};
use crate::mail::{AvailableDocument, DocumentsAvailable, Email};
use crate::services::Services;

/// How many documents one mail names.
const LISTED: usize = 100;

const NOT_THERE: &str = "the document is not there for the address any more";
const NO_INVITER: &str = "nobody who uploaded the documents may invite people";

/// Which documents are told is decided here, and once: a second attempt tells the same ones.
pub(super) async fn address(
    services: &Services,
    job_id: &str,
    id: NoticeAddressId,
    now: DateTime,
) -> Result<Decision, StoreError> {
    let store = &services.store;
    let Some(address) = store.begin_notice_mail(id).await? else {
        return Ok(Err("the account of the address was deleted"));
    };
    let mut notices = store.take_notices(id, job_id).await?;
    notices.retain(|it| matches!(it.state, NoticeState::Pending | NoticeState::Sent));
    if notices.is_empty() {
        return Ok(Err("an earlier mail has told of all documents"));
    }
    let user = store.find_user_by_email_key(&address.email_key).await?;
    if let Some((state, why)) = refusal(services, &address, user.as_ref()) {
        return skip(services, &notices, state, why).await;
    }
    let files = still_there(services, &address, &notices, now).await?;
    if files.is_empty() {
        return Ok(Err(NOT_THERE));
    }
    let owners = owners_of(services, &files).await?;
    let inviter = files.iter().find_map(|file| {
        let owner = owners.get(&file.owner_id)?.as_ref()?;
        owner
            .invites_to()
            .contains(&Role::Client)
            .then_some(owner.id)
    });
    let invitation = match (&user, inviter) {
        (Some(_), _) => None,
        (None, Some(inviter)) => invite(services, &address, inviter, now).await?,
        (None, None) => return skip(services, &notices, NoticeState::Skipped, NO_INVITER).await,
    };
    let told = DocumentsAvailable {
        name: user.as_ref().and_then(|user| user.name.clone()),
        documents: listed(&files, &owners),
        more: files.len() > LISTED,
        invitation_url: invitation.map(|it| invitation_url(services, it, now)),
        service_url: services.public_url.to_string(),
        unsubscribe_url: unsubscribe_url(services, id, now),
    };
    let email = Email::DocumentsAvailable(told);
    if let Some(user) = user {
        return Ok(Ok(Addressed::to_owner(user, email)));
    }
    Ok(match address.email_key.parse::<EmailAddress>() {
        Ok(to) => Ok(Addressed::to_anybody(to, email)),
        Err(_) => Err("the address is none that mail is sent to"),
    })
}

/// Why nothing is told to the address, if so.
fn refusal(
    services: &Services,
    address: &NoticeAddress,
    user: Option<&User>,
) -> Option<(NoticeState, &'static str)> {
    use NoticeState::{Skipped, Unsubscribed};
    if address.unsubscribed_at.is_some() {
        return Some((Unsubscribed, "the address wants no mails about documents"));
    }
    match user {
        None if !services.takes_invitations => Some((
            Skipped,
            "the address has no account, and SIGN_UP is closed: nobody can be invited",
        )),
        Some(user) if user.state() == UserState::Disabled => {
            Some((Skipped, "the account is disabled"))
        }
        Some(user) if user.role != Role::Client => Some((
            Skipped,
            "the account is not that of a client, who downloads",
        )),
        None | Some(_) => None,
    }
}

/// Nothing is told.
async fn skip(
    services: &Services,
    notices: &[Notice],
    state: NoticeState,
    why: &'static str,
) -> Result<Decision, StoreError> {
    let all: Vec<&Notice> = notices.iter().collect();
    services.store.mark_notices_unsent(&all, state, why).await?;
    Ok(Err(why))
}

/// The documents that the address may still see. Of the others nothing is told.
async fn still_there(
    services: &Services,
    address: &NoticeAddress,
    notices: &[Notice],
    now: DateTime,
) -> Result<Vec<File>, StoreError> {
    let ids: Vec<_> = notices.iter().map(|notice| notice.file_id).collect();
    let reader = Reader {
        email_key: address.email_key.clone(),
        groups: services.store.groups_of(&address.email_key).await?,
        now,
    };
    let scope = FileScope::MeantFor(reader);
    let files = services.store.find_files(&ids, &scope).await?;
    let is_gone = |it: &&Notice| !files.iter().any(|file| file.id == it.file_id);
    let gone: Vec<&Notice> = notices.iter().filter(is_gone).collect();
    let store = &services.store;
    store
        .mark_notices_unsent(&gone, NoticeState::Skipped, NOT_THERE)
        .await?;
    Ok(files)
}

/// Who uploaded the documents that are listed.
async fn owners_of(
    services: &Services,
    files: &[File],
) -> Result<BTreeMap<UserId, Option<User>>, StoreError> {
    let mut owners = BTreeMap::new();
    for file in files.iter().take(LISTED) {
        if let Entry::Vacant(owner) = owners.entry(file.owner_id) {
            owner.insert(services.store.find_user(file.owner_id).await?);
        }
    }
    Ok(owners)
}

fn listed(files: &[File], owners: &BTreeMap<UserId, Option<User>>) -> Vec<AvailableDocument> {
    let files = files.iter().take(LISTED);
    files
        .map(|file| {
            let owner = owners.get(&file.owner_id).and_then(Option::as_ref);
            AvailableDocument {
                id: file.id,
                name: file.name.clone(),
                from: owner.and_then(|owner| owner.name.clone()),
            }
        })
        .collect()
}

/// The invitation that the address has, or a new one by `inviter`.
async fn invite(
    services: &Services,
    address: &NoticeAddress,
    inviter: UserId,
    now: DateTime,
) -> Result<Option<InvitationId>, StoreError> {
    let Ok(email) = address.email_key.parse::<EmailAddress>() else {
        return Ok(None);
    };
    let invitation = Invitation {
        id: InvitationId::generate(&services.entropy, now),
        email,
        email_key: address.email_key.clone(),
        role: Role::Client,
        invited_by: inviter,
        mail_due_at: None,
        created_at: now,
        expires_at: now,
    };
    let pseudonyms = services.token_keys.pseudonyms();
    let entry = AuditEntry::of_now(Act::Invite, &services.clock, &services.entropy)
        .by_program(Actor::Worker)
        .about(invitation.id)
        .about(inviter)
        .about_address(pseudonyms.of("audit", &address.email_key))
        .with_detail(Role::Client.as_str());
    let id = address.id;
    let inviting = services.store.transaction("invite a recipient", |tx| {
        let (invitation, entry) = (invitation.clone(), entry.clone());
        Box::pin(async move { tx.invite_recipient(id, invitation, entry).await })
    });
    Ok(inviting.await?.map(|invitation| invitation.id))
}

fn invitation_url(services: &Services, invitation_id: InvitationId, now: DateTime) -> String {
    let claims = InvitationClaims {
        invitation_id,
        expires_at: unix_seconds(now.saturating_add_duration(INVITATION_TTL)),
    };
    link(services, "invitation", &claims, now)
}

fn unsubscribe_url(services: &Services, address_id: NoticeAddressId, now: DateTime) -> String {
    link(
        services,
        "unsubscribe",
        &UnsubscribeClaims { address_id },
        now,
    )
}

/// Records that the address was told, and from when an invitation's link lives.
pub(super) async fn record(
    services: &Services,
    job_id: &str,
    id: NoticeAddressId,
    now: DateTime,
) -> Result<(), StoreError> {
    let store = &services.store;
    store.mark_notices_sent(id, job_id, now).await?;
    let Some(address) = store.find_notice_address(id).await? else {
        return Ok(());
    };
    let key = &address.email_key;
    if store.find_user_by_email_key(key).await?.is_some() {
        return Ok(());
    }
    let Some(invitation) = store.find_invitation_of(key, now).await? else {
        return Ok(());
    };
    // One to more rights was made by an admin: no uploader prolongs it.
    if invitation.role != Role::Client {
        return Ok(());
    }
    let expires_at = now.saturating_add_duration(INVITATION_TTL);
    store
        .record_invitation_mail(invitation.id, expires_at)
        .await
}
