//! Documents.

mod change;
mod create;
mod events;
mod list;
mod list_events;
mod notify_first_download;
mod replace;
mod restore;
mod show;
mod show_activity;
mod versions;
mod why;
mod withdraw;

pub use change::*;
pub use create::*;
pub use events::*;
pub use list::*;
pub use list_events::*;
pub use notify_first_download::*;
pub use replace::*;
pub use restore::*;
pub use show::*;
pub use show_activity::*;
pub use versions::*;
pub use why::*;
pub use withdraw::*;
