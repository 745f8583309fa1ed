//! The caller's own sessions.

mod end;
mod end_others;
mod list;

pub use end::*;
pub use end_others::*;
pub use list::*;
