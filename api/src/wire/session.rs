//! Sessions and tokens on the wire.

use axum::http::HeaderName;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::password::Password;

/// A sentence for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct MessageResponse {
    /// What happens next.
    pub message: &'static str,
}

/// A token from a mail, and the password of the sign-up that it is about.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct VerifyEmailRequest {
    /// The text behind the last `/` of the mailed link.
    #[schema(value_type = String)]
    pub token: SecretString,
    /// The password that was chosen at that sign-up.
    #[schema(value_type = String, format = Password)]
    pub password: Password,
}

/// Where answers without a body have a `device_token`.
pub const DEVICE_TOKEN: HeaderName = HeaderName::from_static("device-token");

/// The password of the caller's account, and another one.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct ChangePasswordRequest {
    /// The password so far.
    #[schema(value_type = String, format = Password)]
    pub current_password: Password,
    /// At least 12 characters, and not easy to guess.
    #[schema(value_type = String, format = Password, example = "correct horse battery staple", min_length = 12, max_length = 1024)]
    pub new_password: Password,
}

/// A token from a mail, and another password.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct ConfirmResetRequest {
    /// The text behind the last `/` of the mailed link.
    #[schema(value_type = String)]
    pub token: SecretString,
    /// At least 12 characters, and not easy to guess.
    #[schema(value_type = String, format = Password, example = "correct horse battery staple", min_length = 12, max_length = 1024)]
    pub new_password: Password,
}

/// An address was proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct VerifiedResponse {
    /// Always true.
    pub email_verified: bool,
}

/// A refresh token to be traded for new ones.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct RefreshRequest {
    /// The newest refresh token of the session.
    #[schema(value_type = String)]
    pub refresh_token: SecretString,
}

/// The tokens of a session.
#[derive(Clone, Serialize, ToSchema)]
pub struct LoginResponse {
    /// For the `Authorization` header.
    pub access_token: String,
    /// Always `bearer`.
    #[schema(pattern = "^bearer$", example = "bearer")]
    pub token_type: &'static str,
    /// How long the access token works, in seconds.
    #[schema(example = 900)]
    pub expires_in: u64,
    /// Good for one refresh, and for ten seconds after it for the same one.
    pub refresh_token: String,
    /// How long the refresh token works unless it is used, in seconds.
    pub refresh_expires_in: u64,
    /// Proves this device; only after a log-in. Whoever sends it with later ones is not kept waiting
    /// by log-ins that fail elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_token: Option<String>,
}

impl std::fmt::Debug for LoginResponse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LoginResponse(…)")
    }
}
