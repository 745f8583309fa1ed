//! Workers, for admins.

mod list;

pub use list::*;
