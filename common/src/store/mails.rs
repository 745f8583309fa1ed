//! The ledger of mails: how far each got, so that a worker that dies on one leaves a trace.

use std::time::Duration;

use mongodb::bson::{Bson, DateTime, Document, doc};
use mongodb::options::{Acknowledgment, ReturnDocument, WriteConcern};
use serde::{Deserialize, Serialize};

use super::{OPERATION_LIMIT, Store, StoreError};

/// How long an entry is kept after the last attempt; longer than a dead job.
const KEPT_FOR: Duration = Duration::from_secs(60 * 24 * 60 * 60);

/// Longer answers are cut.
const MAX_ANSWER_CHARS: usize = 900;

/// What stands in place of the server's answer where its log says that it took a mail.
pub const TAKEN_BY_LOG: &str = "it is in the mail server's log";

/// How far a mail got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailState {
    /// A worker is about to hand it over. Where no worker runs its job any more, the server may have it.
    Intended,
    /// The server did not take it.
    NotTaken,
    /// The server got all of it, and did not say whether it took it.
    Unanswered,
    /// The server may have it, and an operator decides whether it is sent again.
    Held,
    /// The server took it.
    HandedOver,
    /// What follows from it is recorded, too.
    Settled,
}

impl MailState {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Intended,
        Self::NotTaken,
        Self::Unanswered,
        Self::Held,
        Self::HandedOver,
        Self::Settled,
    ];

    /// The word that is stored and shown; frozen.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Intended => "intended",
            Self::NotTaken => "not_taken",
            Self::Unanswered => "unanswered",
            Self::Held => "held",
            Self::HandedOver => "handed_over",
            Self::Settled => "settled",
        }
    }
}

/// Of these the server has the mail for certain.
const TAKEN: [MailState; 2] = [MailState::HandedOver, MailState::Settled];

/// A mail, by the job that sends it. Nothing in it says to whom.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mail {
    /// The job's id, from which the Message-ID derives.
    #[serde(rename = "_id")]
    pub job_id: String,
    /// What it is about.
    pub kind: String,
    /// How far it got.
    pub state: MailState,
    /// What the server said of it, with addresses masked.
    #[serde(default)]
    pub answer: Option<String>,
    /// Since when that is its state.
    pub at: DateTime,
    /// Since when the server may have it of an attempt before the last one; the first such attempt counts.
    #[serde(default)]
    pub maybe_sent_at: Option<DateTime>,
    /// When it is forgotten.
    pub expire_at: DateTime,
}

impl Mail {
    /// Whether the server has it for certain.
    pub fn is_taken(&self) -> bool {
        TAKEN.contains(&self.state)
    }

    /// Whether the server may have it; asked when no worker is sending it.
    pub fn may_be_taken(&self) -> bool {
        matches!(self.state, MailState::Intended | MailState::Unanswered)
    }

    /// Whether the server may have it from any attempt, and is not known to; asked when no worker is sending
    /// it.
    pub fn may_ever_be_taken(&self) -> bool {
        let is_open = self.may_be_taken() || self.state == MailState::Held;
        is_open || (self.maybe_sent_at.is_some() && !self.is_taken())
    }
}

impl Store {
    /// How far the mail of a job got; nothing of one that no attempt was made at.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn find_mail(&self, job_id: &str) -> Result<Option<Mail>, StoreError> {
        self.collections
            .mails
            .find_one(doc! { "_id": job_id })
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database("find a mail"))
    }

    /// Records that the mail of a job is about to be handed over, unless the server has it; how far it got
    /// before, if an attempt was made at it. That the server may have it from before stays known.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn intend_mail(
        &self,
        job_id: &str,
        kind: &str,
        now: DateTime,
    ) -> Result<Option<Mail>, StoreError> {
        let taken = TAKEN.map(MailState::as_str).to_vec();
        let is_taken = doc! { "$in": [{ "$ifNull": ["$state", ""] }, taken] };
        let mut fields = state(MailState::Intended, now);
        fields.insert("kind", doc! { "$literal": kind });
        fields.insert("answer", Bson::Null);
        let fields = fields.into_iter().map(|(name, new)| {
            let known = format!("${name}");
            let kept = doc! { "$cond": [is_taken.clone(), known, new] };
            (name, Bson::Document(kept))
        });
        let mut set: Document = fields.collect();
        set.insert("maybe_sent_at", maybe_sent_at());
        let update = doc! { "$set": set };
        self.collections
            .mails
            .find_one_and_update(doc! { "_id": job_id }, vec![update])
            .upsert(true)
            .return_document(ReturnDocument::Before)
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database(
                "record that a mail is about to be sent",
            ))
    }

    /// Records that the server has the mail of a job, which is about `kind`, whether or not an attempt at
    /// it is known: `how` says from where that is known.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn record_taken_mail(
        &self,
        job_id: &str,
        kind: &str,
        how: &str,
        now: DateTime,
    ) -> Result<(), StoreError> {
        let mut fields = state(MailState::HandedOver, now);
        fields.insert("answer", how);
        let update = doc! { "$set": fields, "$setOnInsert": { "kind": kind } };
        self.collections
            .mails
            .update_one(doc! { "_id": job_id }, update)
            .upsert(true)
            .await
            .map(drop)
            .map_err(StoreError::database("record a mail that was sent"))
    }

    /// Records that all that follows from a mail is done. No majority is waited for: where it is lost, the
    /// mail still stands as handed over.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn settle_mail(&self, job_id: &str, now: DateTime) -> Result<(), StoreError> {
        let update = doc! { "$set": state(MailState::Settled, now) };
        let one = WriteConcern::builder().w(Acknowledgment::Nodes(1)).build();
        self.collections
            .mails
            .update_one(doc! { "_id": job_id }, update)
            .write_concern(one)
            .await
            .map(drop)
            .map_err(StoreError::database("record that a mail is settled"))
    }

    /// Records how far the mail of a job got, and what the server said. Of one that the server has it stays known:
    /// an attempt that went on beside the one that was taken, and ended after it, changes nothing.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn record_mail(
        &self,
        job_id: &str,
        reached: MailState,
        answer: Option<&str>,
        now: DateTime,
    ) -> Result<(), StoreError> {
        let mut fields = state(reached, now);
        if let Some(answer) = answer {
            let answer: String = answer.chars().take(MAX_ANSWER_CHARS).collect();
            fields.insert("answer", answer);
        }
        let stays = match reached {
            MailState::HandedOver => vec![MailState::Settled.as_str()],
            _ => TAKEN.map(MailState::as_str).to_vec(),
        };
        let mail = doc! { "_id": job_id, "state": { "$nin": stays } };
        self.collections
            .mails
            .update_one(mail, doc! { "$set": fields })
            .await
            .map(drop)
            .map_err(StoreError::database("record how far a mail got"))
    }
}

fn state(state: MailState, now: DateTime) -> Document {
    let state = state.as_str();
    let expire_at = now.saturating_add_duration(KEPT_FOR);
    doc! { "state": state, "at": now, "expire_at": expire_at }
}

/// When the server may first have got it, as of what is stored before another attempt.
fn maybe_sent_at() -> Document {
    let open = [MailState::Intended, MailState::Unanswered, MailState::Held];
    let open = open.map(MailState::as_str).to_vec();
    let at =
        doc! { "$cond": [{ "$in": [{ "$ifNull": ["$state", ""] }, open] }, "$at", "$$REMOVE"] };
    doc! { "$ifNull": ["$maybe_sent_at", at] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_stored_as_it_is_shown() {
        for state in MailState::ALL {
            let stored = mongodb::bson::serialize_to_bson(&state).expect("it is a word");
            assert_eq!(stored.as_str(), Some(state.as_str()));
        }
    }
}
