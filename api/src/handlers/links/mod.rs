//! Download links.

mod create;
mod list;
mod revoke;
mod show;

pub use create::*;
pub use list::*;
pub use revoke::*;
pub use show::*;
