//! What enqueuing, workers and changes of a job send to the server, one operation a file, and what
//! these share: the document of a new job, positions in the order of claims, sizes, replies. An
//! operator's own queries are in [`operator`](crate::operator).

pub(crate) mod ack;
pub(crate) mod ack_known;
pub(crate) mod ack_size;
pub(crate) mod change;
pub(crate) mod claim;
pub(crate) mod claim_limited;
pub(crate) mod dead_letter;
pub(crate) mod enqueue;
pub(crate) mod enqueue_all;
pub(crate) mod find_due;
pub(crate) mod heartbeat;
pub(crate) mod keep_due;
pub(crate) mod levels;
pub(crate) mod never_due;
pub(crate) mod new_document;
pub(crate) mod next_due;
pub(crate) mod oversized;
pub(crate) mod position;
pub(crate) mod queue_state;
pub(crate) mod rate;
pub(crate) mod reply;
pub(crate) mod report;
pub(crate) mod rescue;
pub(crate) mod retention;
pub(crate) mod unique_indexes;
pub(crate) mod workers;
