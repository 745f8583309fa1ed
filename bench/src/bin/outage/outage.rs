//! The ways in which a mail server fails everybody.

use dossier_devstack::mail::Behaviour;

/// A way in which a mail server fails everybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outage {
    /// It takes all of a mail and says nothing.
    Silent,
    /// It does not listen, and cuts the connections it has.
    Down,
    /// It says 451.
    Deferred,
    /// It says 550.
    Refused,
}

impl Outage {
    pub(crate) const EACH: [Self; 4] = [Self::Silent, Self::Down, Self::Deferred, Self::Refused];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Silent => "silent",
            Self::Down => "down",
            Self::Deferred => "451",
            Self::Refused => "550",
        }
    }

    pub(crate) fn behaviour(self) -> Behaviour {
        match self {
            Self::Silent => Behaviour::stall(),
            Self::Down => Behaviour::down(),
            Self::Deferred => Behaviour::reject(451),
            Self::Refused => Behaviour::reject(550),
        }
    }

    /// How many mails may be given up. What is refused for good is, until so many were that the server is
    /// suspected and not the addresses (docs/OPERATIONS.md, "The mail server is down").
    pub(crate) fn may_die(self) -> usize {
        match self {
            Self::Silent | Self::Down | Self::Deferred => 0,
            Self::Refused => 4,
        }
    }
}
