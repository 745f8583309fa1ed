//! The steps of the path, by subject.

pub(super) mod accounts;
pub(super) mod addressed;
pub(super) mod delivery;
pub(super) mod documents;
pub(super) mod old_interface;
pub(super) mod passwords;
pub(super) mod told;
