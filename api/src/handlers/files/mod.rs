//! Documents.

mod create;
mod list;
mod show;

pub use create::*;
pub use list::*;
pub use show::*;
