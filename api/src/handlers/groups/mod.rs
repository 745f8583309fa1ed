//! Groups that documents are meant for.

mod create;
mod delete;
mod list;
mod rename;
mod set_members;
mod show;

pub use create::*;
pub use delete::*;
pub use list::*;
pub use rename::*;
pub use set_members::*;
pub use show::*;
