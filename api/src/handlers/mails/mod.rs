//! Mails, for admins.

mod list;
mod show_server;

pub use list::*;
pub use show_server::*;
