//! Second factors: the codes of an app, and recovery codes. What is stored and counted is elsewhere.

mod code;
mod recovery;
mod required;

pub use code::Seed;
pub use recovery::{RecoveryCodes, recovery_digest};
pub use required::TotpRoles;
