//! Every filter and update, one operation a file.

pub(crate) mod ack;
pub(crate) mod bury;
pub(crate) mod candidates;
pub(crate) mod change;
pub(crate) mod claim;
pub(crate) mod claim_within;
pub(crate) mod enqueue;
pub(crate) mod frontier;
pub(crate) mod heartbeat;
pub(crate) mod insert;
pub(crate) mod levels;
pub(crate) mod next_due;
pub(crate) mod place;
pub(crate) mod queue_state;
pub(crate) mod rate;
pub(crate) mod reach;
pub(crate) mod reply;
pub(crate) mod report;
pub(crate) mod rescue;
pub(crate) mod vacuum;
pub(crate) mod workers;
