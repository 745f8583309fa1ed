//! The stored documents and what is shown of them.

mod attempt;
mod crash_policy;
pub(crate) mod field;
mod job;
pub(crate) mod millis;
mod record;
mod state;
pub(crate) mod time;

pub use attempt::{AttemptRecord, LogLine, Outcome, OutcomeName};
pub(crate) use crash_policy::CrashPolicy;
pub(crate) use job::JobDocument;
pub use record::JobRecord;
pub use state::JobState;
pub(crate) use state::Status;
