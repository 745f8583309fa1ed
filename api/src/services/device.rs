//! Devices that somebody logged in with before.

use std::time::Duration;

use dossier_common::digest::Sha256;
use dossier_common::id::DeviceId;
use dossier_common::store::passwords::NewPassword;
use dossier_common::token::DeviceClaims;
use dossier_common::user::User;
use secrecy::{ExposeSecret, SecretString};

use crate::state::AppState;

/// How long a device is remembered after a log-in with it, or after it was given the token.
pub const DEVICE_TTL: Duration = Duration::from_secs(180 * 24 * 60 * 60);

/// The device of `token`, if it is one that the owner of `user` has logged in with, or changed the
/// password with, since the password was changed last. Any other token is as good as none.
pub(super) fn proven_device(
    state: &AppState,
    user: Option<&User>,
    token: Option<&SecretString>,
) -> Option<DeviceId> {
    let (user, token) = (user?, token?);
    let opened = state
        .token_keys
        .open::<DeviceClaims>(token.expose_secret(), state.clock.now());
    let claims = opened.ok()?;
    let is_of_user = claims.user_id == user.id;
    (is_of_user && claims.password == password_of(user)).then_some(claims.device_id)
}

/// A token that proves `device`, or a new one, from now on.
pub(super) fn device_token(state: &AppState, user: &User, device: Option<DeviceId>) -> String {
    let now = state.clock.now();
    let claims = DeviceClaims {
        device_id: device.unwrap_or_else(|| DeviceId::generate(&state.entropy, now)),
        user_id: user.id,
        password: password_of(user),
        expires_at: state.clock.unix_seconds() + DEVICE_TTL.as_secs(),
    };
    state.token_keys.seal(&claims, now)
}

/// A token that proves a new device, after an account was given another password: those of before end
/// with the old one, and whoever has proved to be the owner is not to wait for the failures of others.
pub(super) fn device_token_after(state: &AppState, new: NewPassword) -> String {
    let user = User {
        password_hash: new.password_hash,
        ..new.user
    };
    device_token(state, &user, None)
}

fn password_of(user: &User) -> Sha256 {
    Sha256::of(user.password_hash.as_bytes())
}
