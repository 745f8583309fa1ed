//! Mails to the owners of accounts.

use dossier_common::id::UserId;
use dossier_common::store::StoreError;
use dossier_common::user::User;

use super::addressed::{Addressed, Decision, reset_page};
use crate::mail::Email;
use crate::services::Services;

/// What `write` has to say to somebody, unless their account is gone.
pub(super) async fn of(
    services: &Services,
    id: UserId,
    write: fn(&Services, User) -> Addressed,
) -> Result<Decision, StoreError> {
    let user = services.store.find_user(id).await?;
    let written = user.map(|user| write(services, user));
    Ok(written.ok_or("the account is gone"))
}

/// "You already have an account."
pub(super) fn exists(services: &Services, user: User) -> Addressed {
    let email = Email::AccountExists {
        name: user.name.clone(),
        reset_url: reset_page(services),
    };
    Addressed::to_owner(user, email)
}

/// "Your password was changed."
pub(super) fn password_changed(services: &Services, user: User) -> Addressed {
    let email = Email::PasswordChanged {
        name: user.name.clone(),
        reset_url: reset_page(services),
    };
    Addressed::to_owner(user, email)
}

/// "Log-in asks for a second factor from now on."
pub(super) fn second_factor_enabled(services: &Services, user: User) -> Addressed {
    second_factor(services, user, true)
}

/// "Log-in asks for no second factor any more."
pub(super) fn second_factor_disabled(services: &Services, user: User) -> Addressed {
    second_factor(services, user, false)
}

fn second_factor(services: &Services, user: User, enabled: bool) -> Addressed {
    let email = Email::SecondFactorChanged {
        name: user.name.clone(),
        enabled,
        reset_url: reset_page(services),
    };
    Addressed::to_owner(user, email)
}
