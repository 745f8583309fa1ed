//! Running the service.

mod audit;
mod jobs;

pub use audit::*;
pub use jobs::*;
