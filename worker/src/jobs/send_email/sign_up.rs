//! The mail of a sign-up.

use dossier_common::id::SignUpId;
use dossier_common::sign_up::SIGN_UP_TTL;
use dossier_common::store::StoreError;
use dossier_common::token::VerifyEmailClaims;
use mongodb::bson::DateTime;

use super::account;
use super::addressed::{Addressed, Decision, link, unix_seconds};
use crate::mail::Email;
use crate::services::Services;

/// Whether the address has an account is asked here, not where somebody waits for an answer. What
/// somebody wrote as a name is not sent to an address that is not proven to be theirs.
pub(super) async fn address(
    services: &Services,
    id: SignUpId,
    now: DateTime,
) -> Result<Decision, StoreError> {
    let Some(sign_up) = services.store.find_sign_up(id, now).await? else {
        return Ok(Err(
            "the sign-up was confirmed, has expired, or made room for another one",
        ));
    };
    let key = &sign_up.email_key;
    let known = services.store.find_user_by_email_key(key).await?;
    Ok(Ok(match known {
        Some(user) => account::exists(services, user),
        None => {
            let claims = VerifyEmailClaims {
                sign_up_id: id,
                expires_at: unix_seconds(now.saturating_add_duration(SIGN_UP_TTL)),
            };
            let url = link(services, "verify-email", &claims, now);
            Addressed::to_anybody(sign_up.email, Email::Verify { url })
        }
    }))
}

pub(super) async fn record(
    services: &Services,
    id: SignUpId,
    now: DateTime,
) -> Result<(), StoreError> {
    let expires_at = now.saturating_add_duration(SIGN_UP_TTL);
    services.store.record_sign_up_mail(id, expires_at).await
}
