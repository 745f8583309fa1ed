//! The way to the mail server in the overview.

use apalis_mongodb::Parking;
use mongodb::bson::DateTime;
use serde::Serialize;

use super::instant;
use crate::store::mail_circuit::MailFailures;

/// Whether the mail server takes mails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MailState {
    /// Nothing has failed since the last mail that it took.
    Works,
    /// Something has.
    Fails,
    /// It takes none: mails are parked, and one is tried now and then.
    Parked,
}

impl MailState {
    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Works => "works",
            Self::Fails => "fails",
            Self::Parked => "parked",
        }
    }
}

/// The way to the mail server at a moment.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MailOverview {
    /// Whether it takes mails.
    pub state: MailState,
    /// How much has failed since the last mail that it took, up to what parks the mails.
    pub failures: usize,
    /// When something failed last.
    #[serde(serialize_with = "instant::optional")]
    pub failed_at: Option<DateTime>,
    /// Since when mails are parked.
    #[serde(serialize_with = "instant::optional")]
    pub parked_since: Option<DateTime>,
    /// Why they are.
    pub reason: Option<String>,
}

impl MailOverview {
    /// Of what has failed, and of the queue of mails.
    pub(super) fn of(failures: MailFailures, parked: Option<&Parking>) -> Self {
        let state = match (parked, failures.count) {
            (Some(_), _) => MailState::Parked,
            (None, 0) => MailState::Works,
            (None, _) => MailState::Fails,
        };
        Self {
            state,
            failures: failures.count,
            failed_at: failures.failed_at,
            parked_since: parked.map(|it| it.since),
            reason: parked.map(|it| it.reason.clone()),
        }
    }
}
