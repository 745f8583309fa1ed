//! The caller's own account.

mod begin_totp;
mod change_password;
mod confirm_totp;
mod disable_totp;
mod show;
mod show_storage;

pub use begin_totp::*;
pub use change_password::*;
pub use confirm_totp::*;
pub use disable_totp::*;
pub use show::*;
pub use show_storage::*;
