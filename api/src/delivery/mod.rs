//! Delivering bytes: ranges, preconditions and file names as RFC 9110 and RFC 6266 have them.
//!
//! The typed headers of `headers` 0.4 are not used here. Its entity tags end a debug build with a
//! panic when a tag has a space; its `Range` takes `bytes` in lower case alone and drops a number
//! that is too large; its `Content-Disposition` cannot say a name.

mod disposition;
mod precondition;
mod range;

pub use disposition::content_disposition;
pub use precondition::{Outcome, evaluate};
pub use range::{RangeRequest, requested_range};
