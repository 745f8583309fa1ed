//! Accounts, for admins.

mod create;
mod delete;
mod disable;
mod enable;
mod list;
mod set_role;
mod show;

pub use create::*;
pub use delete::*;
pub use disable::*;
pub use enable::*;
pub use list::*;
pub use set_role::*;
pub use show::*;
