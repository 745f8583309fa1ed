//! Documents.

mod change;
mod create;
mod list;
mod notify_first_download;
mod replace;
mod restore;
mod show;
mod show_activity;
mod versions;
mod withdraw;

pub use change::*;
pub use create::*;
pub use list::*;
pub use notify_first_download::*;
pub use replace::*;
pub use restore::*;
pub use show::*;
pub use show_activity::*;
pub use versions::*;
pub use withdraw::*;
