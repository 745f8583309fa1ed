//! People with an account.

use std::fmt;
use std::str::FromStr;

use mongodb::bson::DateTime;
use serde::{Deserialize, Serialize};

use crate::email::EmailAddress;
use crate::id::UserId;
use crate::totp::Totp;

/// What a person may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Downloads documents. The only role that sign-up gives.
    Client,
    /// Uploads documents.
    Ops,
    /// Runs the service.
    Admin,
}

impl Role {
    /// The role's name on the wire and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Ops => "ops",
            Self::Admin => "admin",
        }
    }

    /// The roles to which somebody in this one may invite people.
    pub fn invites_to(self) -> &'static [Role] {
        match self {
            Self::Client => &[],
            Self::Ops => &[Self::Client],
            Self::Admin => &[Self::Client, Self::Ops, Self::Admin],
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Why a text names no role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be client, ops or admin")]
pub struct ParseRoleError;

impl FromStr for Role {
    type Err = ParseRoleError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Client, Self::Ops, Self::Admin]
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or(ParseRoleError)
    }
}

/// Whether an account can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UserState {
    /// Its owner can log in.
    Active,
    /// Nobody can.
    Disabled,
}

impl UserState {
    /// The state's name on the wire and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
        }
    }
}

/// Why a text names no state of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be active or disabled")]
pub struct ParseUserStateError;

impl FromStr for UserState {
    type Err = ParseUserStateError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Active, Self::Disabled]
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or(ParseUserStateError)
    }
}

/// A person with an account, as stored.
#[derive(Clone, Serialize, Deserialize)]
pub struct User {
    /// Who.
    #[serde(rename = "_id")]
    pub id: UserId,
    /// The address as its owner wrote it.
    pub email: EmailAddress,
    /// The address as it is compared; unique.
    pub email_key: String,
    /// What the person wants to be called.
    pub name: Option<String>,
    /// What the person may do.
    pub role: Role,
    /// Argon2id in PHC string form.
    pub password_hash: String,
    /// When the address was proven. Without it nobody can log in; see [`crate::sign_up`].
    pub email_verified_at: Option<DateTime>,
    /// When it was disabled; nobody can log in while it is.
    #[serde(default)]
    pub disabled_at: Option<DateTime>,
    /// When somebody last logged in.
    #[serde(default)]
    pub last_log_in_at: Option<DateTime>,
    /// The second factor, if one was set up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub totp: Option<Totp>,
    /// When the account was made.
    pub created_at: DateTime,
    /// When the account last changed: its role, its password, whether it is disabled.
    pub updated_at: DateTime,
}

impl User {
    /// An account that is made at `now`, with an address that was proven.
    pub fn new(
        id: UserId,
        email: EmailAddress,
        name: Option<String>,
        role: Role,
        password_hash: String,
        now: DateTime,
    ) -> Self {
        Self {
            id,
            email_key: email.key(),
            email,
            name,
            role,
            password_hash,
            email_verified_at: Some(now),
            disabled_at: None,
            last_log_in_at: None,
            totp: None,
            created_at: now,
            updated_at: now,
        }
    }

    /// Whether the address was proven.
    pub fn is_verified(&self) -> bool {
        self.email_verified_at.is_some()
    }

    /// Whether it was disabled.
    pub fn is_disabled(&self) -> bool {
        self.disabled_at.is_some()
    }

    /// Whether it can be used.
    pub fn state(&self) -> UserState {
        match self.disabled_at {
            Some(_) => UserState::Disabled,
            None => UserState::Active,
        }
    }

    /// The roles to which its owner may invite people: none while it is disabled.
    pub fn invites_to(&self) -> &'static [Role] {
        match self.state() {
            UserState::Active => self.role.invites_to(),
            UserState::Disabled => &[],
        }
    }

    /// The second factor, if log-in asks for it.
    pub fn enabled_totp(&self) -> Option<&Totp> {
        let totp = self.totp.as_ref();
        totp.filter(|totp| totp.enabled_at.is_some())
    }
}

/// Shows neither the address nor the password hash.
impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User")
            .field("id", &self.id)
            .field("email", &self.email)
            .field("role", &self.role)
            .field("email_verified_at", &self.email_verified_at)
            .finish_non_exhaustive()
    }
}
