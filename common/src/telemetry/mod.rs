//! Logs and metrics, the same in every program.

mod logs;
mod metrics;

pub use logs::init_logs;
pub use metrics::Metrics;
