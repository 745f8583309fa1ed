//! Running the service.

mod audit;
mod explain;
mod overview;
mod overview_events;

pub use audit::*;
pub use explain::*;
pub use overview::*;
pub use overview_events::*;
