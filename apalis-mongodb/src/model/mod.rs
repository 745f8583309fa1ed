//! The stored documents and what is shown of them.

mod attempt;
pub(crate) mod field;
pub(crate) mod id;
mod job;
pub(crate) mod lenient;
mod limits;
pub(crate) mod millis;
pub(crate) mod parking;
mod record;
mod retry;
pub(crate) mod shape;
mod state;
mod summary;
mod text;
pub(crate) mod time;

pub use attempt::{AttemptRecord, LogLine, Outcome, OutcomeName};
pub(crate) use job::{JobDocument, SUSPECT_CRASHES, UNTIL_STARTED};
pub use limits::{LimitsChange, QueueLimits, Rate};
pub use parking::Parking;
pub use record::JobRecord;
pub use retry::RetryStrategy;
pub use state::JobState;
pub(crate) use state::Status;
pub use summary::JobSummary;
pub(crate) use summary::faults;
