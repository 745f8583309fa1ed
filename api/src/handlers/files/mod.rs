//! Documents.

mod change;
mod create;
mod list;
mod show;

pub use change::*;
pub use create::*;
pub use list::*;
pub use show::*;
