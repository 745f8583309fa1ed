//! Delivering bytes: ranges, preconditions and file names as RFC 9110 and RFC 6266 have them.

mod disposition;
mod precondition;
mod range;

pub use disposition::content_disposition;
pub use precondition::{Outcome, evaluate};
pub use range::{RangeRequest, requested_range};
