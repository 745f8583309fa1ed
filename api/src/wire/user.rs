//! People on the wire.

use dossier_common::clock::rfc3339;
use dossier_common::user::User;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::password::Password;

/// Somebody wants an account.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct SignUpRequest {
    /// Where the verification mail goes.
    #[schema(example = "ada@example.com", max_length = 254)]
    pub email: String,
    /// At least 12 characters, and not easy to guess.
    #[schema(example = "correct horse battery staple", min_length = 12)]
    pub password: Password,
    /// What the person wants to be called, at most 100 characters.
    #[schema(example = "Ada", max_length = 100)]
    pub name: Option<String>,
}

/// An address that a mail is asked for.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct EmailRequest {
    /// The address.
    #[schema(example = "ada@example.com")]
    pub email: String,
}

/// The caller's own account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = User)]
pub struct UserResponse {
    /// Who.
    pub id: String,
    /// The address.
    pub email: String,
    /// What the person wants to be called.
    pub name: Option<String>,
    /// `client`, `ops` or `admin`.
    pub role: &'static str,
    /// Whether the address was proven.
    pub email_verified: bool,
    /// When the account was made.
    pub created_at: String,
}

impl From<User> for UserResponse {
    fn from(user: User) -> Self {
        Self {
            id: user.id.to_string(),
            email: user.email.as_str().to_owned(),
            email_verified: user.is_verified(),
            name: user.name,
            role: user.role.as_str(),
            created_at: rfc3339(user.created_at),
        }
    }
}
