//! What a handler sees of its job, and what becomes of what it returns.

mod abandon;
mod complete;
mod job_handle;
mod layer;
mod verdict;

pub use job_handle::JobHandle;
pub use layer::{HandlerPanicked, SettleLayer, SettleService};
