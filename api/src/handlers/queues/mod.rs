//! Queues, for admins.

mod limit;
mod list;
mod pause;
mod resume;
mod show;

pub use limit::*;
pub use list::*;
pub use pause::*;
pub use resume::*;
pub use show::*;
