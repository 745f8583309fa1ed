//! Jobs, for admins.

mod cancel;
mod delete;
mod list;
mod release;
mod retry;
mod run_now;
mod show;

pub use cancel::*;
pub use delete::*;
pub use list::*;
pub use release::*;
pub use retry::*;
pub use run_now::*;
pub use show::*;
