//! Running the service.

mod audit;

pub use audit::*;
