//! Documents.

mod change;
mod create;
mod list;
mod notify_first_download;
mod show;
mod show_activity;

pub use change::*;
pub use create::*;
pub use list::*;
pub use notify_first_download::*;
pub use show::*;
pub use show_activity::*;
