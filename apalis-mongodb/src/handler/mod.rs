//! What a handler sees of its job, and what becomes of what it returns.

mod complete;
mod job_error;
mod job_handle;
mod layer;
mod log_attempt;
mod release_on_drop;
mod said;
mod undecodable;
mod verdict;

pub use job_error::JobError;
pub use job_handle::JobHandle;
pub use layer::{HandlerPanicked, SettleLayer, SettleService};
pub use log_attempt::TRACEPARENT;
pub(crate) use undecodable::undecodable;
