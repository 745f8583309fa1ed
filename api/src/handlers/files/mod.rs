//! Documents.

mod create;
mod list;
mod replace;
mod restore;
mod show;
mod versions;
mod withdraw;

pub use create::*;
pub use list::*;
pub use replace::*;
pub use restore::*;
pub use show::*;
pub use versions::*;
pub use withdraw::*;
