//! Operations on many jobs, for admins.

mod begin;
mod list;
mod resume;
mod show;
mod stop;

pub use begin::*;
pub use list::*;
pub use resume::*;
pub use show::*;
pub use stop::*;
