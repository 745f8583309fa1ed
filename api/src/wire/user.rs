//! People on the wire.

use dossier_common::clock::rfc3339;
use dossier_common::user::{Role, User, UserState};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Email, UserIdText};
use crate::password::Password;

/// Somebody wants an account.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct SignUpRequest {
    /// Where the mail with the link to confirm goes; with a domain of the internet.
    #[schema(value_type = Email)]
    pub email: String,
    /// At least 12 characters, and not easy to guess.
    #[schema(value_type = String, format = Password, example = "correct horse battery staple", min_length = 12, max_length = 1024)]
    pub password: Password,
    /// What the person wants to be called: at most 60 letters and marks of any script, digits, spaces
    /// and . ' ’ -, with at least one letter or digit
    #[schema(
        example = "Ada",
        max_length = 60,
        pattern = "^[^\\u0000-\\u001F!-&(-,/:-@\\[-`{-\\u009F\\u2028-\\u202E]*$"
    )]
    pub name: Option<String>,
}

/// An address that a mail is asked for.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct EmailRequest {
    /// The address.
    #[schema(value_type = Email)]
    pub email: String,
}

/// What a person may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = Role)]
pub enum RoleName {
    /// Downloads documents.
    Client,
    /// Uploads documents.
    Ops,
    /// Runs the service.
    Admin,
}

impl From<Role> for RoleName {
    fn from(role: Role) -> Self {
        match role {
            Role::Client => Self::Client,
            Role::Ops => Self::Ops,
            Role::Admin => Self::Admin,
        }
    }
}

/// The caller's own account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = User)]
pub struct UserResponse {
    /// Who.
    #[schema(value_type = UserIdText)]
    pub id: String,
    /// The address.
    #[schema(value_type = Email)]
    pub email: String,
    /// What the person wants to be called.
    #[schema(required)]
    pub name: Option<String>,
    /// What the person may do.
    pub role: RoleName,
    /// Whether the address was proven.
    pub email_verified: bool,
    /// Whether log-in asks for a second factor.
    pub totp_enabled: bool,
    /// When the account was made.
    #[schema(format = DateTime, example = "2026-11-25T08:30:00.000Z")]
    pub created_at: String,
}

/// Whether an account can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = UserState)]
pub enum UserStateName {
    /// Its owner can log in.
    Active,
    /// Nobody can.
    Disabled,
}

impl From<UserState> for UserStateName {
    fn from(state: UserState) -> Self {
        match state {
            UserState::Active => Self::Active,
            UserState::Disabled => Self::Disabled,
        }
    }
}

impl From<&User> for UserResponse {
    fn from(user: &User) -> Self {
        Self {
            id: user.id.to_string(),
            email: user.email.as_str().to_owned(),
            email_verified: user.is_verified(),
            totp_enabled: user.enabled_totp().is_some(),
            name: user.name.clone(),
            role: user.role.into(),
            created_at: rfc3339(user.created_at),
        }
    }
}
