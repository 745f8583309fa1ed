//! Documents: lists, one of them, downloads, and what their owners do with them.

mod change;
mod download;
mod fetch;
mod history;
mod instant;
mod list;
mod notify;
mod recipients;
mod replace;
mod restore;
mod seen;
mod show;
mod withdraw;

pub use change::*;
pub use download::*;
pub use fetch::*;
pub use history::*;
pub use list::*;
pub use notify::*;
pub use replace::*;
pub use restore::*;
pub use show::*;
pub use withdraw::*;

// Events are those of the API; only who is listening is said by the cookie.
pub use crate::handlers::files::{
    listen_to_file as listen_to_document, listen_to_files as listen_to_documents,
};
