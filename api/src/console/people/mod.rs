//! People: accounts and the audit, for admins; invitations and groups, for Ops, too.

mod audit;
mod groups;
mod invitations;
mod names;
mod users;

pub use audit::*;
pub use groups::*;
pub use invitations::*;
pub use users::*;
