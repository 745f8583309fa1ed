//! An [`Operation`]: what an operator or an admin has done to many jobs.
//!
//! It is ordered once ([`Order`]), stored, and carried out by [`operations`](crate::operations).

mod failure_bound;
mod initiator;
mod order;
mod progress;
mod record;
mod verb;
mod words;

pub use failure_bound::{FailureBound, ParseFailureBoundError};
pub use initiator::Initiator;
pub use order::Order;
pub use progress::{Counts, Progress};
pub(crate) use record::SILENT_AFTER;
pub use record::{Operation, OperationState};
pub use verb::{ParseVerbError, Verb};
