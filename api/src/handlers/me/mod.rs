//! The caller's own account.

mod begin_totp;
mod change_password;
mod confirm_totp;
mod disable_totp;
mod list_downloads;
mod set_notices;
mod show;
mod show_notices;
mod show_storage;

pub use begin_totp::*;
pub use change_password::*;
pub use confirm_totp::*;
pub use disable_totp::*;
pub use list_downloads::*;
pub use set_notices::*;
pub use show::*;
pub use show_notices::*;
pub use show_storage::*;
