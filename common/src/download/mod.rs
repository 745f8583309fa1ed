//! Downloads: one use of a link each, however many requests it takes.
//!
//! [`Download`] is what is stored of one; its accounting decides which bytes a request may still get. The rules and their
//! reasons are in `docs/decisions/limited-links.md`.

mod budget;
mod row;
mod spans;
#[cfg(test)]
mod tests;

pub use budget::{Begun, allowance, most_resent};
pub use row::{Download, Response};
pub use spans::{Span, Spans};
