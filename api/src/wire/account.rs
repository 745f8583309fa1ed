//! Accounts on the wire, for admins.

use dossier_common::clock::rfc3339;
use dossier_common::user::User;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Email, RoleName, UserIdText, UserStateName};
use crate::password::Password;

/// Somebody gets an account from an admin.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountRequest {
    /// The address, which counts as proven; with a domain of the internet.
    #[schema(value_type = Email)]
    pub email: String,
    /// What the person may do.
    #[schema(value_type = RoleName)]
    pub role: String,
    /// At least 12 characters, and not easy to guess.
    #[schema(value_type = String, format = Password, example = "correct horse battery staple", min_length = 12, max_length = 1024)]
    pub password: Password,
    /// What the person wants to be called, as at sign-up.
    #[schema(
        example = "Ada",
        max_length = 60,
        pattern = "^[^\\u0000-\\u001F!-&(-,/:-@\\[-`{-\\u009F\\u2028-\\u202E]*$"
    )]
    pub name: Option<String>,
}

/// Somebody gets another role.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleRequest {
    /// What the person may do from now on.
    #[schema(value_type = RoleName)]
    pub role: String,
}

/// An account as admins see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Account)]
pub struct AccountResponse {
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
    /// Whether it can be used.
    pub state: UserStateName,
    /// When it was disabled.
    #[schema(required, format = DateTime, example = "2026-11-25T08:30:00.000Z")]
    pub disabled_at: Option<String>,
    /// When somebody last logged in.
    #[schema(required, format = DateTime, example = "2026-11-25T08:30:00.000Z")]
    pub last_log_in_at: Option<String>,
    /// When it was made.
    #[schema(format = DateTime, example = "2026-11-25T08:30:00.000Z")]
    pub created_at: String,
    /// When its role, its password or its state last changed.
    #[schema(format = DateTime, example = "2026-11-25T08:30:00.000Z")]
    pub updated_at: String,
}

impl From<User> for AccountResponse {
    fn from(user: User) -> Self {
        Self {
            id: user.id.to_string(),
            email: user.email.as_str().to_owned(),
            role: user.role.into(),
            state: user.state().into(),
            disabled_at: user.disabled_at.map(rfc3339),
            last_log_in_at: user.last_log_in_at.map(rfc3339),
            created_at: rfc3339(user.created_at),
            updated_at: rfc3339(user.updated_at),
            name: user.name,
        }
    }
}
