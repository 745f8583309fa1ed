//! What became of things, for those who operate the service: of a job, of the mails to an address, of a
//! document.
//!
//! The command line and the API tell the same.

mod conclusion;
mod explanation;
mod job_story;
mod known;
mod of_address;
mod of_file;
mod sent;
mod waiting;
mod why;

pub use conclusion::kind_of_mail;
pub use explanation::Explanation;
pub use job_story::{Event, Story};
pub use known::Known;
pub use why::{QueueOfFile, Reason, Why};
