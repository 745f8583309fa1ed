//! Logs and metrics, the same in every program.

mod counts;
mod explain;
mod logs;
mod metrics;

pub use counts::{MailCount, MailOutcome, count_verdict};
pub use explain::explain;
pub use logs::init_logs;
pub use metrics::Metrics;
