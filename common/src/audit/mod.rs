//! The audit: who did what, when and from where, and what came of it.

mod words;

use std::fmt::Display;

use mongodb::bson::DateTime;
use serde::{Deserialize, Serialize};

use crate::clock::Clock;
use crate::entropy::Entropy;
use crate::id::{AuditId, UserId};
use crate::invisible::is_invisible;
use crate::network::Network;
use crate::user::Role;

pub use words::{Act, Actor, Outcome, ParseWordError};

/// How many characters a reason or a detail has at most.
const MAX_CHARS: usize = 300;

/// How many objects an entry names at most.
const MAX_OBJECTS: usize = 100;

/// One entry, as stored. No secret, and no address of a mailbox, is in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// Which entry; sorts by time.
    #[serde(rename = "_id")]
    pub id: AuditId,
    /// When, by the clock of the process that did it.
    pub at: DateTime,
    /// What was done.
    pub act: Act,
    /// What came of it.
    pub outcome: Outcome,
    /// Why it failed, was denied, or went as it did: a stable code.
    pub reason: Option<String>,
    /// What kind of actor it was.
    pub actor: Actor,
    /// Who, if it was a person.
    pub user_id: Option<UserId>,
    /// In which role.
    pub role: Option<Role>,
    /// The ids of what it was about: people, documents, links, sessions, sign-ups, jobs; the names of queues.
    pub objects: Vec<String>,
    /// The pseudonym of the address it was about, where there is no account to name.
    pub address: Option<String>,
    /// The network it came from.
    pub network: Option<String>,
    /// The request's name.
    pub request_id: Option<String>,
    /// More of it, for people.
    pub detail: Option<String>,
    /// How often, where many alike are one entry.
    pub count: i64,
}

impl AuditEntry {
    /// `act` was done at `at`, by nobody who is known.
    pub fn new(id: AuditId, at: DateTime, act: Act) -> Self {
        Self {
            id,
            at,
            act,
            outcome: Outcome::Done,
            reason: None,
            actor: Actor::Anybody,
            user_id: None,
            role: None,
            objects: Vec::new(),
            address: None,
            network: None,
            request_id: None,
            detail: None,
            count: 1,
        }
    }

    /// `act` was done now.
    pub fn of_now(act: Act, clock: &Clock, entropy: &Entropy) -> Self {
        let now = clock.now();
        Self::new(AuditId::generate(entropy, now), now, act)
    }

    /// A person did it.
    #[must_use]
    pub fn by(mut self, user_id: UserId, role: Role) -> Self {
        self.actor = Actor::Person;
        (self.user_id, self.role) = (Some(user_id), Some(role));
        self
    }

    /// An operator or a worker did it.
    #[must_use]
    pub fn by_program(mut self, actor: Actor) -> Self {
        self.actor = actor;
        self
    }

    /// It came from this network, in this request.
    #[must_use]
    pub fn from_network(mut self, network: Network, request_id: &str) -> Self {
        self.network = Some(network.to_string());
        self.request_id = Some(request_id.to_owned());
        self
    }

    /// It was about this object.
    #[must_use]
    pub fn about(mut self, id: impl Display) -> Self {
        if self.objects.len() < MAX_OBJECTS {
            self.objects.push(cut(&id.to_string()));
        }
        self
    }

    /// It was about the address of this pseudonym.
    #[must_use]
    pub fn about_address(mut self, pseudonym: String) -> Self {
        self.address = Some(pseudonym);
        self
    }

    /// This came of it, for this reason.
    #[must_use]
    pub fn with_outcome(mut self, outcome: Outcome, reason: &str) -> Self {
        self.outcome = outcome;
        self.reason = Some(cut(reason));
        self
    }

    /// More of it, for people.
    #[must_use]
    pub fn with_detail(mut self, detail: &str) -> Self {
        self.detail = Some(cut(detail));
        self
    }
}

/// Not longer than it may be, and without what would not show or would steer a terminal.
fn cut(text: &str) -> String {
    let shown = |c| if is_invisible(c) { '\u{fffd}' } else { c };
    text.chars().take(MAX_CHARS).map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_reads_back_as_itself() {
        for act in Act::ALL {
            assert_eq!(act.as_str().parse(), Ok(*act));
        }
        assert!("everything".parse::<Outcome>().is_err());
    }

    #[test]
    fn an_entry_stays_small_whatever_it_is_about() {
        let id = AuditId::lowest(DateTime::from_millis(1));
        let entry = AuditEntry::new(id, DateTime::from_millis(1), Act::RetryJobs)
            .with_detail(&"ä".repeat(1000))
            .about("a\u{1b}[2J");
        assert_eq!(entry.objects, ["a\u{fffd}[2J"]);
        let entry = (0..1000).fold(entry, |entry, job| entry.about(job));
        assert_eq!(entry.objects.len(), MAX_OBJECTS);
        assert_eq!(entry.detail.map(|it| it.chars().count()), Some(MAX_CHARS));
    }
}
