//! Logs and metrics, the same in every program.

mod explain;
mod logs;
mod metrics;

pub use explain::explain;
pub use logs::init_logs;
pub use metrics::Metrics;
