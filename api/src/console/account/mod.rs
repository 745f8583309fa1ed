//! A person's own account: password, mails, second factor and sessions.

mod fields;
mod notices;
mod overview;
mod password;
mod second_factor;
mod sessions;

pub use notices::*;
pub use overview::show_account;
pub use password::*;
pub use second_factor::*;
pub use sessions::*;
