//! Groups that documents are meant for.

mod change;
mod create;
mod delete;
mod list;
mod show;

pub use change::*;
pub use create::*;
pub use delete::*;
pub use list::show_groups;
pub use show::show_group;
