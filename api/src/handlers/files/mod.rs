//! Documents.

mod create;
mod events;
mod list;
mod list_events;
mod show;
mod why;

pub use create::*;
pub use events::*;
pub use list::*;
pub use list_events::*;
pub use show::*;
pub use why::*;
