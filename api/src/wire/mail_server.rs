//! The way to the mail server on the wire.

use dossier_common::clock::rfc3339;
use dossier_common::overview::{MailOverview, MailState};
use serde::Serialize;
use utoipa::ToSchema;

/// Whether the mail server takes mails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MailServerState)]
pub enum MailServerStateName {
    /// Nothing has failed since the last mail that it took.
    Works,
    /// Something has.
    Fails,
    /// It takes none: mails are parked, and one is tried now and then.
    Parked,
}

/// The way to the mail server at a moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = MailServer)]
pub struct MailServerResponse {
    /// Whether it takes mails.
    pub state: MailServerStateName,
    /// How much has failed since the last mail that it took, up to what parks the mails.
    #[schema(minimum = 0)]
    pub failures: usize,
    /// When something failed last.
    #[schema(required, format = DateTime)]
    pub failed_at: Option<String>,
    /// Since when mails are parked.
    #[schema(required, format = DateTime)]
    pub parked_since: Option<String>,
    /// Why they are.
    #[schema(required)]
    pub reason: Option<String>,
}

impl From<MailState> for MailServerStateName {
    fn from(state: MailState) -> Self {
        match state {
            MailState::Works => Self::Works,
            MailState::Fails => Self::Fails,
            MailState::Parked => Self::Parked,
        }
    }
}

impl From<MailOverview> for MailServerResponse {
    fn from(mail: MailOverview) -> Self {
        Self {
            state: mail.state.into(),
            failures: mail.failures,
            failed_at: mail.failed_at.map(rfc3339),
            parked_since: mail.parked_since.map(rfc3339),
            reason: mail.reason,
        }
    }
}
