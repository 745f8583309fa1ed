//! Dead jobs by what killed them, for admins.

mod list;
mod retry;

pub use list::*;
pub use retry::*;
