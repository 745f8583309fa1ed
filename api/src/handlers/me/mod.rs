//! The caller's own account.

mod change_password;
mod show;

pub use change_password::*;
pub use show::*;
