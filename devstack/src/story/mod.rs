//! The whole path through a running stack, as people and scripts walk it: sign up, verify,
//! log in, upload, validate, link, download, withdraw, and the same through the old interface.

mod client;
mod error;
mod fixture;
mod inbox;
mod reporter;
mod steps;
mod timing;
mod walk;

pub use client::{Answer, Client};
pub use error::StoryError;
pub use fixture::Fixture;
pub use inbox::Inbox;
pub use reporter::{StepReport, StepReporter};
pub use timing::{Timings, measure};
pub use walk::{Outcome, walk};
