//! The one budget of an inspection: what it has done so far, and when that is too much.
//!
//! Every loop that a file can make long counts here what it does, by kind. The weights are about what a step
//! costs in nanoseconds on the machine of docs/BENCHMARKS.md, so that the sum is bounded whatever a file is
//! made of. A count is the same on every machine, and with it the verdict.

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
}

impl Step {
    /// What one step costs.
    const fn weight(self) -> u64 {
        match self {
            Self::Read => 10_000,
            Self::Part => 10_000,
            Self::Byte => 1,
            Self::Block => 1_000,
            Self::Text => 2,
            Self::Tag => 70,
            Self::Attribute => 40,
            Self::Binding => 150,
            Self::Relationship => 1_000,
        }
    }

    /// The verdict when this step was the one too many.
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
        };
        Stop::reject(reason, format!("budget of steps exhausted by {budget}"))
    }
}

/// The budget and what is used of it.
#[derive(Debug)]
pub(super) struct Steps {
    limit: u64,
    used: Cell<u64>,
}

impl Steps {
    pub(super) fn new(limit: u64) -> Self {
        Self {
            limit,
            used: Cell::new(0),
        }
    }

    /// Counts `number` steps of a kind, or ends the inspection.
    pub(super) fn count(&self, step: Step, number: usize) -> Result<(), Stop> {
        let cost = step.weight().saturating_mul(number as u64);
        let used = self.used.get().saturating_add(cost);
        self.used.set(used);
        if used > self.limit {
            return Err(step.exhausted());
        }
        Ok(())
    }

    /// What is used so far.
    pub(super) fn used(&self) -> u64 {
        self.used.get()
    }
}
