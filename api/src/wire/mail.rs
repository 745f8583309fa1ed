//! Mails on the wire.

use std::collections::HashMap;

use dossier_common::clock::rfc3339;
use dossier_common::queue::JobState;
use dossier_common::store::mails::{Mail, MailState};
use serde::Serialize;
use utoipa::ToSchema;

use super::JobStateName;

/// How far a mail got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MailState)]
pub enum MailStateName {
    /// A worker is about to hand it over. Where its job does not run any more, the server may have it.
    Intended,
    /// The server did not take it in the last attempt; `maybe_sent_at` says whether it may have before.
    NotTaken,
    /// The server got all of it, and did not say whether it took it.
    Unanswered,
    /// The server may have it; retry its job to send it again.
    Held,
    /// The server took it.
    HandedOver,
    /// The server took it, and what follows from it is recorded, too.
    Settled,
}

/// A mail, by the job that sends it. Nothing in it says to whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Mail)]
pub struct MailResponse {
    /// The job that sends it, with whose id its Message-ID begins.
    #[schema(example = "job_01JD3Y5T6ZQ8R9WABCDEFGHJKM")]
    pub job_id: String,
    /// The state of that job; null when the queue does not remember it any more.
    #[schema(required)]
    pub job_state: Option<JobStateName>,
    /// What it is about.
    #[schema(example = "sign-up")]
    pub kind: String,
    /// How far it got.
    pub state: MailStateName,
    /// What the server said of it, with addresses masked.
    #[schema(required, example = "250 2.0.0 queued as 4Xy7")]
    pub answer: Option<String>,
    /// Since when that is its state.
    #[schema(format = DateTime, example = "2026-11-25T08:30:00.000Z")]
    pub at: String,
    /// Since when the server may have it of an attempt before the last one; null when it has not.
    #[schema(required, format = DateTime)]
    pub maybe_sent_at: Option<String>,
}

impl MailResponse {
    /// A mail whose job is among `jobs`, unless the queue has forgotten it.
    pub fn of(mail: Mail, jobs: &HashMap<String, JobState>) -> Self {
        let job_state = jobs.get(&mail.job_id).copied();
        Self {
            job_state: job_state.map(Into::into),
            job_id: mail.job_id,
            kind: mail.kind,
            state: mail.state.into(),
            answer: mail.answer,
            at: rfc3339(mail.at),
            maybe_sent_at: mail.maybe_sent_at.map(rfc3339),
        }
    }
}

impl From<MailState> for MailStateName {
    fn from(state: MailState) -> Self {
        match state {
            MailState::Intended => Self::Intended,
            MailState::NotTaken => Self::NotTaken,
            MailState::Unanswered => Self::Unanswered,
            MailState::Held => Self::Held,
            MailState::HandedOver => Self::HandedOver,
            MailState::Settled => Self::Settled,
        }
    }
}
