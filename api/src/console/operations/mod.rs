//! Running the service, for admins: the overview, queues, workers, mails, and what became of something.

mod alarms;
mod explanation;
mod filters;
mod limit;
mod mails;
mod overview;
mod queues;
mod workers;

pub use explanation::*;
pub use filters::*;
pub use limit::*;
pub use mails::*;
pub use overview::*;
pub use queues::*;
pub use workers::*;
