//! Accounts, for admins.

mod create;
mod delete;
mod disable;
mod enable;
mod list;
mod send_reset;
mod send_second_factor_reset;
mod set_role;
mod show;

pub use create::*;
pub use delete::*;
pub use disable::*;
pub use enable::*;
pub use list::*;
pub use send_reset::*;
pub use send_second_factor_reset::*;
pub use set_role::*;
pub use show::*;
