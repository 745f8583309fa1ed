//! The mail with which a forgotten password is replaced.

use dossier_common::id::ResetId;
use dossier_common::reset::RESET_TTL;
use dossier_common::store::StoreError;
use dossier_common::token::ResetPasswordClaims;
use mongodb::bson::DateTime;

use super::addressed::{Addressed, link, unix_seconds};
use crate::mail::Email;
use crate::services::Services;

/// Whether the address has an account is asked here, not where somebody waits for an answer. Without
/// one there is no mail.
pub(super) async fn address(
    services: &Services,
    id: ResetId,
    now: DateTime,
) -> Result<Option<Addressed>, StoreError> {
    let Some(reset) = services.store.find_reset(id, now).await? else {
        return Ok(None);
    };
    let key = &reset.email_key;
    let Some(user) = services.store.find_user_by_email_key(key).await? else {
        record(services, id, now).await?;
        return Ok(None);
    };
    let claims = ResetPasswordClaims {
        reset_id: id,
        expires_at: unix_seconds(now.saturating_add_duration(RESET_TTL)),
    };
    let email = Email::ResetPassword {
        name: user.name.clone(),
        url: link(services, "reset-password", &claims, now),
    };
    Ok(Some(Addressed::to_owner(user, email)))
}

pub(super) async fn record(
    services: &Services,
    id: ResetId,
    now: DateTime,
) -> Result<(), StoreError> {
    let expires_at = now.saturating_add_duration(RESET_TTL);
    services.store.record_reset_mail(id, expires_at).await
}
