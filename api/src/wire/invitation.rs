//! Invitations on the wire.

use dossier_common::clock::rfc3339;
use dossier_common::invitation::Invitation;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Email, InvitationIdText, RoleName, UserIdText};
use crate::password::Password;

/// Somebody is to get an account.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct InvitationRequest {
    /// Where the mail with the link goes; with a domain of the internet.
    #[schema(value_type = Email)]
    pub email: String,
    /// What the person will be allowed to do.
    #[schema(value_type = RoleName)]
    pub role: String,
}

/// An invitation that was not accepted yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Invitation)]
pub struct InvitationResponse {
    /// Which invitation.
    #[schema(value_type = InvitationIdText)]
    pub id: String,
    /// Where its mail goes.
    #[schema(value_type = Email)]
    pub email: String,
    /// What the person will be allowed to do.
    pub role: RoleName,
    /// Who invited them.
    #[schema(value_type = UserIdText)]
    pub invited_by: String,
    /// When it was made.
    #[schema(format = DateTime, example = "2026-11-25T08:30:00.000Z")]
    pub created_at: String,
    /// Until when it can be accepted: seven days from when its mail is sent, or is due.
    #[schema(format = DateTime, example = "2026-12-02T08:30:00.000Z")]
    pub expires_at: String,
}

impl From<Invitation> for InvitationResponse {
    fn from(invitation: Invitation) -> Self {
        Self {
            id: invitation.id.to_string(),
            email: invitation.email.as_str().to_owned(),
            role: invitation.role.into(),
            invited_by: invitation.invited_by.to_string(),
            created_at: rfc3339(invitation.created_at),
            expires_at: rfc3339(invitation.expires_at),
        }
    }
}

/// A token from the mail of an invitation, and what the account is to have.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct AcceptInvitationRequest {
    /// The text behind the last `/` of the mailed link.
    #[schema(value_type = String)]
    pub token: SecretString,
    /// At least 12 characters, and not easy to guess.
    #[schema(value_type = String, format = Password, example = "correct horse battery staple", min_length = 12, max_length = 1024)]
    pub password: Password,
    /// What the person wants to be called, by the rule of a sign-up
    #[schema(
        example = "Ada",
        max_length = 60,
        pattern = "^[^\\u0000-\\u001F!-&(-,/:-@\\[-`{-\\u009F\\u2028-\\u202E]*$"
    )]
    pub name: Option<String>,
}
