//! Jobs, for admins: lists, one job's story, and what is done to one job or to many.

mod bulk;
mod change;
mod confirm;
mod failures;
mod filter;
mod list;
mod operation;
mod operations;
mod span;
mod story;
mod verbs;

pub use bulk::*;
pub use change::*;
pub use failures::*;
pub use list::*;
pub use operation::*;
pub use operations::*;
pub use story::*;
