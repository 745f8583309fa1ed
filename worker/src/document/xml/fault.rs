//! Why a token cannot be read.

use crate::document::stop::Stop;

/// Why a token cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The text at hand ends inside it.
    Cut,
    Malformed(&'static str),
    Limit(&'static str),
}

/// Why reading ends: a fault of the token itself, or what it means in its place.
#[derive(Debug)]
pub(super) enum Halt {
    Fault(Fault),
    Stop(Stop),
}

impl From<Fault> for Halt {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<Stop> for Halt {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}
