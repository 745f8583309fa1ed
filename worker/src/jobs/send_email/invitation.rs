//! The mail of an invitation.

use dossier_common::id::InvitationId;
use dossier_common::invitation::INVITATION_TTL;
use dossier_common::store::StoreError;
use dossier_common::token::InvitationClaims;
use mongodb::bson::DateTime;

use super::addressed::{Addressed, Decision, link, reset_page, unix_seconds};
use crate::mail::Email;
use crate::services::Services;

/// Whoever has an account is told so, by this mail alone: who invites is not.
pub(super) async fn address(
    services: &Services,
    id: InvitationId,
    now: DateTime,
) -> Result<Decision, StoreError> {
    let Some(invitation) = services.store.find_invitation(id, now).await? else {
        return Ok(Err(
            "the invitation was accepted, taken back, or has expired",
        ));
    };
    let key = &invitation.email_key;
    let known = services.store.find_user_by_email_key(key).await?;
    Ok(Ok(match known {
        Some(user) => {
            let email = Email::InvitedAlready {
                name: user.name.clone(),
                reset_url: reset_page(services),
            };
            Addressed::to_owner(user, email)
        }
        None => {
            let claims = InvitationClaims {
                invitation_id: id,
                expires_at: unix_seconds(now.saturating_add_duration(INVITATION_TTL)),
            };
            let email = Email::Invitation {
                role: invitation.role,
                url: link(services, "invitation", &claims, now),
            };
            Addressed::to_anybody(invitation.email, email)
        }
    }))
}

pub(super) async fn record(
    services: &Services,
    id: InvitationId,
    now: DateTime,
) -> Result<(), StoreError> {
    let expires_at = now.saturating_add_duration(INVITATION_TTL);
    services.store.record_invitation_mail(id, expires_at).await
}
