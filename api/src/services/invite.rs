//! Invitations: who makes them, and what becomes of them.

use dossier_common::audit::{Act, AuditEntry};
use dossier_common::email::EmailAddress;
use dossier_common::id::{InvitationId, JobId, UserId};
use dossier_common::invitation::Invitation;
use dossier_common::person_name::PersonName;
use dossier_common::store::{Conflict, StoreError};
use dossier_common::token::InvitationClaims;
use dossier_common::user::{Role, User};
use mongodb::bson::DateTime;

use super::fields::{check_address, check_name};
use crate::extract::Caller;
use crate::origin::Origin;
use crate::password::{HashingPlace, Password, check_length};
use crate::problem::{Code, Fails, FieldError, Problem};
use crate::state::AppState;
use crate::wire::InvitationRequest;

/// Invites somebody. Whether the address has an account is not asked here: the mail tells its owner.
///
/// # Errors
///
/// [`Problem`] when a field breaks its rule, or the caller may not give that role.
pub async fn invite(
    state: &AppState,
    caller: &Caller,
    request: &InvitationRequest,
) -> Result<Invitation, Problem> {
    if !state.sign_up.takes_invitations() {
        return Err(closed());
    }
    let (email, role) = check(request)?;
    if !caller.role.invites_to().contains(&role) {
        let detail = "Only admins may invite Ops and admins.";
        return Err(Problem::new(Code::Forbidden, detail));
    }
    state.throttle.mail_to(&email).await?;
    let now = state.clock.now();
    let invitation = Invitation {
        id: InvitationId::generate(&state.entropy, now),
        email_key: email.key(),
        email,
        role,
        invited_by: caller.user_id,
        mail_due_at: None,
        created_at: now,
        expires_at: now,
    };
    let job = JobId::generate(&state.entropy, now);
    let entry = caller.entry(&state.audit, Act::Invite);
    let entry = entry.about(invitation.id).with_detail(role.as_str());
    let entry = entry.about_address(state.audit.pseudonym(&invitation.email));
    let inserting = state.store.transaction("invite somebody", |tx| {
        let (invitation, entry) = (invitation.clone(), entry.clone());
        Box::pin(async move {
            tx.record(entry).await?;
            tx.insert_invitation(invitation, job).await
        })
    });
    let invitation = inserting.await?;
    tracing::info!(by = %caller.user_id, invitation = %invitation.id, "somebody was invited as {role}");
    Ok(invitation)
}

fn check(request: &InvitationRequest) -> Result<(EmailAddress, Role), Problem> {
    let mut errors = Vec::new();
    let email = check_address(&request.email, &mut errors);
    let role = request.role.parse::<Role>();
    if let Err(error) = &role {
        errors.push(FieldError::new("role", error.to_string()));
    }
    match (email, role) {
        (Some(email), Ok(role)) if errors.is_empty() => Ok((email, role)),
        _ => Err(Problem::invalid_fields(errors)),
    }
}

/// Makes the account that somebody was invited to. The token proves who reads the mailbox.
///
/// # Errors
///
/// [`Problem`] with every field that breaks its rule, after which the token is still good; one and the
/// same for a forged, expired or used token, and for an address that has an account by now.
pub async fn accept_invitation(
    state: &AppState,
    origin: &Origin,
    token: &str,
    password: &Password,
    name: Option<&str>,
) -> Result<(), Problem> {
    let entry = state.audit.entry(Act::AcceptInvitation, origin);
    let accepted = try_to_accept(state, origin, entry.clone(), token, password, name).await;
    state.audit.record_invalid_token(entry, &accepted).await;
    accepted
}

async fn try_to_accept(
    state: &AppState,
    origin: &Origin,
    entry: AuditEntry,
    token: &str,
    password: &Password,
    name: Option<&str>,
) -> Result<(), Problem> {
    if !state.sign_up.takes_invitations() {
        return Err(closed());
    }
    let now = state.clock.now();
    let claims: InvitationClaims = state.token_keys.open(token, now).map_err(|_| refused())?;
    let name = check_account(password, name)?;
    let place = state.passwords.place(origin.network)?;
    let invitation = state
        .store
        .find_invitation(claims.invitation_id, now)
        .await?;
    let invitation = invitation.ok_or_else(refused)?;
    let hashing = place.hash_new("password", password, invitation.email.as_str());
    let password_hash = hashing.await?;
    let id = UserId::generate(&state.entropy, now);
    let (email, name, role) = (invitation.email, name.map(String::from), invitation.role);
    let user = User::new(id, email, name, role, password_hash, now);
    let entry = entry.about(invitation.id).about(user.id);
    make_account(state, invitation.id, &user, entry, now).await
}

fn check_account(password: &Password, name: Option<&str>) -> Result<Option<PersonName>, Problem> {
    let mut errors = Vec::new();
    if let Err(rule) = check_length(password) {
        errors.push(FieldError::new("password", rule));
    }
    let name = check_name(name, &mut errors);
    if errors.is_empty() {
        return Ok(name);
    }
    Err(Problem::invalid_fields(errors))
}

async fn make_account(
    state: &AppState,
    id: InvitationId,
    user: &User,
    entry: AuditEntry,
    now: DateTime,
) -> Result<(), Problem> {
    let made = state.store.transaction("accept an invitation", |tx| {
        let (user, entry) = (user.clone(), entry.clone());
        Box::pin(async move {
            let is_there = tx.take_invitation(id, now).await?;
            if is_there {
                tx.claim_address(&user).await?;
                tx.record(entry).await?;
            }
            Ok(is_there)
        })
    });
    match made.await {
        Ok(true) => {
            tracing::info!(user = %user.id, invitation = %id, "an invitation was accepted");
            Ok(())
        }
        Ok(false) | Err(StoreError::Conflict(Conflict::Email)) => Err(refused()),
        Err(error) => Err(error.into()),
    }
}

fn refused() -> Problem {
    Problem::new(
        Code::TokenInvalid,
        "The invitation does not work (any more): it works once, for seven days. If you have accepted it already, log in; otherwise ask for another one.",
    )
}

fn closed() -> Problem {
    Problem::new(
        Code::SignUpRefused,
        "Nobody is invited here. Please ask the operators of this service for an account.",
    )
}

/// What [`invite`] can fail in.
#[derive(Clone, Copy, Debug)]
pub struct Invite;

impl Fails for Invite {
    fn codes() -> Vec<Code> {
        vec![
            Code::InvalidFields,
            Code::Forbidden,
            Code::SignUpRefused,
            Code::RateLimited,
        ]
    }
}

/// What [`accept_invitation`] can fail in.
#[derive(Clone, Copy, Debug)]
pub struct AcceptInvitation;

impl Fails for AcceptInvitation {
    fn codes() -> Vec<Code> {
        let own = vec![Code::TokenInvalid, Code::InvalidFields, Code::SignUpRefused];
        [own, HashingPlace::codes()].concat()
    }
}
