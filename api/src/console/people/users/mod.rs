//! Accounts, for admins.

mod change;
mod create;
mod delete;
mod list;
mod send;
mod show;
mod subject;

pub use change::*;
pub use create::*;
pub use delete::*;
pub use list::*;
pub use send::*;
pub use show::show_user;
pub use subject::Subject;

/// The words for what would leave nobody to run the service.
const LAST_ADMIN: &str = "people-last-admin";
