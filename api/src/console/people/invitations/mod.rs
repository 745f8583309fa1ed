//! Invitations to an account.

mod create;
mod list;
mod revoke;

pub use create::*;
pub use list::show_invitations;
pub use revoke::*;
