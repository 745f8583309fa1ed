//! The one budget of an inspection: what it has done so far, and when that is too much.
//!
//! Every loop that a file can make long counts here what it does, by kind. The weights are such that a step
//! takes less than a nanosecond on the machine of docs/BENCHMARKS.md whatever a file is made of, so that the
//! sum bounds the time. A count is the same on every machine, and with it the verdict.

use std::cell::Cell;

use super::reason::Reason;
use super::stop::Stop;

/// A kind of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Moving the window over the file.
    Read,
    /// Beginning a part.
    Part,
    /// A byte of a part, inflated or copied.
    Byte,
    /// A block of compressed data, which brings tables of its own.
    Block,
    /// A byte of text, looked at.
    Text,
    /// A tag, a piece of text, a reference.
    Tag,
    /// An attribute.
    Attribute,
    /// The declaration of a namespace.
    Binding,
    /// A relationship.
    Relationship,
    /// A round of hashing a password.
    Hash,
}

impl Step {
    /// What one step costs.
    const fn weight(self) -> u64 {
        match self {
            Self::Read => 10_000,
            Self::Part => 10_000,
            Self::Byte => 2,
            Self::Block => 1_500,
            Self::Text => 2,
            Self::Tag => 16,
            Self::Attribute => 15,
            Self::Binding => 150,
            Self::Relationship => 1_000,
            Self::Hash => 800,
        }
    }

    const ALL: [Self; 10] = [
        Self::Read,
        Self::Part,
        Self::Byte,
        Self::Block,
        Self::Text,
        Self::Tag,
        Self::Attribute,
        Self::Binding,
        Self::Relationship,
        Self::Hash,
    ];

    /// The verdict when most was used by these steps.
    fn exhausted(self) -> Stop {
        let (reason, budget) = match self {
            Self::Read => (Reason::ZipBomb, "reads"),
            Self::Part => (Reason::ZipBomb, "parts"),
            Self::Byte => (Reason::ZipBomb, "inflated bytes"),
            Self::Block => (Reason::ZipBomb, "compressed blocks"),
            Self::Text => (Reason::XmlLimits, "text"),
            Self::Tag => (Reason::XmlLimits, "tags"),
            Self::Attribute => (Reason::XmlLimits, "attributes"),
            Self::Binding => (Reason::XmlLimits, "namespace declarations"),
            Self::Relationship => (Reason::XmlLimits, "relationships"),
            Self::Hash => (Reason::ZipBomb, "rounds of hashing"),
        };
        Stop::reject(reason, format!("budget of steps exhausted by {budget}"))
    }
}

/// The budget and what is used of it.
#[derive(Debug)]
pub(super) struct Steps {
    limit: u64,
    used: Cell<u64>,
    /// The same by kind.
    by_kind: [Cell<u64>; Step::ALL.len()],
}

impl Steps {
    pub(super) fn new(limit: u64) -> Self {
        Self {
            limit,
            used: Cell::new(0),
            by_kind: std::array::from_fn(|_| Cell::new(0)),
        }
    }

    /// Counts `number` steps of a kind, or ends the inspection for what used most of the budget.
    #[inline]
    pub(super) fn count(&self, step: Step, number: usize) -> Result<(), Stop> {
        let cost = step.weight().saturating_mul(number as u64);
        let kind = &self.by_kind[step as usize];
        kind.set(kind.get().saturating_add(cost));
        let used = self.used.get().saturating_add(cost);
        self.used.set(used);
        if used <= self.limit {
            Ok(())
        } else {
            Err(self.exhausted(step))
        }
    }

    #[cold]
    fn exhausted(&self, step: Step) -> Stop {
        let most = Step::ALL
            .into_iter()
            .max_by_key(|&kind| self.by_kind[kind as usize].get());
        most.unwrap_or(step).exhausted()
    }

    /// What is used so far.
    pub(super) fn used(&self) -> u64 {
        self.used.get()
    }
}
