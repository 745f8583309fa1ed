//! The sessions of the caller's account.

mod end;
mod end_others;
mod list;

pub use end::end_session;
pub use end_others::end_other_sessions;
pub use list::show_sessions;
