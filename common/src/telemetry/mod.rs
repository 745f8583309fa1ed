//! Logs and metrics, the same in every program.

mod counts;
mod described;
mod explain;
mod exposition;
mod figures;
mod logs;
mod metrics;
mod process;

pub use counts::{MailCount, MailOutcome, count_verdict};
pub use described::METRICS;
pub use explain::explain;
pub use logs::init_logs;
pub use metrics::Metrics;
