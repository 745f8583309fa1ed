//! Who has something done to jobs.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::audit::{Act, Actor, AuditEntry};
use crate::clock::Clock;
use crate::entropy::Entropy;
use crate::id::UserId;
use crate::network::Network;
use crate::user::Role;

/// Longer names are cut.
const MAX_NAME_CHARS: usize = 100;

/// Who has something done to jobs, as it is stored with the operation, told in the log of each job, and
/// audited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Initiator {
    actor: Actor,
    #[serde(default)]
    user_id: Option<UserId>,
    #[serde(default)]
    role: Option<Role>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    network: Option<String>,
    #[serde(default)]
    request_id: Option<String>,
}

impl Initiator {
    /// An operator on the command line; `name` is what the system calls them, such as `ada@host`.
    pub fn operator(name: &str) -> Self {
        Self {
            actor: Actor::Operator,
            user_id: None,
            role: None,
            name: Some(name.chars().take(MAX_NAME_CHARS).collect()),
            network: None,
            request_id: None,
        }
    }

    /// A person, in this role.
    pub fn person(id: UserId, role: Role) -> Self {
        Self {
            actor: Actor::Person,
            user_id: Some(id),
            role: Some(role),
            name: None,
            network: None,
            request_id: None,
        }
    }

    /// It came from this network, in this request.
    #[must_use]
    pub fn from_network(mut self, network: Network, request_id: &str) -> Self {
        self.network = Some(network.to_string());
        self.request_id = Some(request_id.to_owned());
        self
    }

    /// The person, if it was one.
    pub fn user_id(&self) -> Option<UserId> {
        self.user_id
    }

    /// Who it was, behind the detail of an entry of the audit; that of a person names them anyway.
    pub(crate) fn in_detail(&self) -> String {
        match self.user_id {
            Some(_) => String::new(),
            None => format!(", by {self}"),
        }
    }

    /// The entry of the audit that they have done `act` now.
    pub fn entry(&self, act: Act) -> AuditEntry {
        let entry = AuditEntry::of_now(act, &Clock::system(), &Entropy::system());
        let mut entry = match (self.user_id, self.role) {
            (Some(user_id), Some(role)) => entry.by(user_id, role),
            _ => entry.by_program(self.actor),
        };
        entry.network.clone_from(&self.network);
        entry.request_id.clone_from(&self.request_id);
        entry
    }
}

impl fmt::Display for Initiator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.user_id, &self.name) {
            (Some(user_id), _) => write!(f, "{user_id}"),
            (None, Some(name)) => write!(f, "{} {name}", self.actor.as_str()),
            (None, None) => f.write_str(self.actor.as_str()),
        }
    }
}
