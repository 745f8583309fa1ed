//! The outcome of an inspection.

use super::facts::Facts;
use super::kind::Kind;
use super::reason::Reason;

/// The version of the rules behind a verdict, stored with it. Raised whenever a change can alter a verdict.
pub const RULES_VERSION: u32 = 5;

/// What the inspector says about a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// A genuine document of an accepted kind.
    Accepted(Accepted),
    /// Anything else.
    Rejected(Rejected),
}

/// An accepted document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// What it is, by content.
    pub kind: Kind,
    /// What was found in it.
    pub facts: Facts,
}

/// A rejected file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// Why; its code and message are for the uploader.
    pub reason: Reason,
    /// Where and what exactly, for the operator's log only: it may quote the file.
    pub detail: String,
    /// The part concerned, where it is one, as people may be shown it.
    pub part: Option<String>,
    /// What was known when the verdict fell.
    pub facts: Facts,
}

impl Rejected {
    /// The sentence for the person who uploaded the file, with the part concerned.
    #[must_use]
    pub fn message(&self) -> String {
        let sentence = self.reason.message();
        match &self.part {
            Some(part) => format!("{sentence} The part concerned is {part}."),
            None => sentence,
        }
    }
}

impl Verdict {
    /// The kind of an accepted document.
    #[must_use]
    pub fn kind(&self) -> Option<Kind> {
        match self {
            Self::Accepted(accepted) => Some(accepted.kind),
            Self::Rejected(_) => None,
        }
    }

    /// The reason of a rejection.
    #[must_use]
    pub fn reason(&self) -> Option<&Reason> {
        match self {
            Self::Accepted(_) => None,
            Self::Rejected(rejected) => Some(&rejected.reason),
        }
    }

    /// The facts found either way.
    #[must_use]
    pub fn facts(&self) -> &Facts {
        match self {
            Self::Accepted(accepted) => &accepted.facts,
            Self::Rejected(rejected) => &rejected.facts,
        }
    }
}
