//! The mails with which a forgotten password is replaced, or a lost second factor removed.

use dossier_common::id::ResetId;
use dossier_common::reset::{RESET_TTL, ResetOf};
use dossier_common::store::StoreError;
use dossier_common::token::{ResetPasswordClaims, ResetSecondFactorClaims};
use dossier_common::user::User;
use mongodb::bson::DateTime;

use super::addressed::{Addressed, Decision, link, unix_seconds};
use crate::mail::Email;
use crate::services::Services;

/// Whether the address has an account is asked here, not where somebody waits for an answer. Without
/// one there is no mail.
pub(super) async fn address(
    services: &Services,
    of: ResetOf,
    id: ResetId,
    now: DateTime,
) -> Result<Decision, StoreError> {
    let Some(reset) = services.store.find_reset(id, of, now).await? else {
        return Ok(Err(
            "the request was used, has expired, or made room for another one",
        ));
    };
    let key = &reset.email_key;
    let Some(user) = services.store.find_user_by_email_key(key).await? else {
        record(services, id, now).await?;
        return Ok(Err("no account has the address"));
    };
    Ok(Ok(match of {
        ResetOf::Password => password(services, id, user, now),
        ResetOf::SecondFactor => second_factor(services, id, user, now),
    }))
}

fn password(services: &Services, reset_id: ResetId, user: User, now: DateTime) -> Addressed {
    let claims = ResetPasswordClaims {
        reset_id,
        expires_at: unix_seconds(now.saturating_add_duration(RESET_TTL)),
    };
    let email = Email::ResetPassword {
        name: user.name.clone(),
        url: link(services, "reset-password", &claims, now),
    };
    Addressed::to_owner(user, email)
}

fn second_factor(services: &Services, reset_id: ResetId, user: User, now: DateTime) -> Addressed {
    let claims = ResetSecondFactorClaims {
        reset_id,
        expires_at: unix_seconds(now.saturating_add_duration(RESET_TTL)),
    };
    let email = Email::ResetSecondFactor {
        name: user.name.clone(),
        url: link(services, "reset-second-factor", &claims, now),
    };
    Addressed::to_owner(user, email)
}

pub(super) async fn record(
    services: &Services,
    id: ResetId,
    now: DateTime,
) -> Result<(), StoreError> {
    let expires_at = now.saturating_add_duration(RESET_TTL);
    services.store.record_reset_mail(id, expires_at).await
}
