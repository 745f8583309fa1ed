//! A conformance suite for backends of apalis 1.0.
//!
//! It runs any backend through the situations in which queues lose, repeat or delay jobs: long
//! jobs in a full buffer, a stop during a fetch, a killed or frozen worker, a store that fails for
//! a moment, a payload that does not decode, and so on. Each case is a sentence about a backend
//! and is true of it or not; where it is known that backends fail, the case carries the number of
//! the defect, D1 to D17, under which the crate's README shows what was seen.
//!
//! A case has a queue of its own, runs its workers on threads and runtimes of their own, so that
//! they can be killed and frozen as processes can, and ends in time whatever the backend does.
//!
//! Say how your backend is made, and run the cases:
//!
//! ```no_run
//! use std::sync::Arc;
//!
//! use apalis_mongodb::testing::{Job, CaseError, Settings, Subject, all};
//! use apalis_mongodb::{Config, MongoStorage};
//! use mongodb::Client;
//!
//! struct Mongo(String);
//!
//! impl Subject for Mongo {
//!     type Backend = MongoStorage<Job>;
//!
//!     async fn backend(&self, settings: &Settings) -> Result<MongoStorage<Job>, CaseError> {
//!         let db = Client::with_uri_str(&self.0).await?.database("conformance");
//!         let config = Config::new(&settings.queue)
//!             .lease_duration(settings.timing.lease)
//!             .max_in_flight(settings.buffer);
//!         Ok(MongoStorage::new(&db, config))
//!     }
//! }
//!
//! # #[tokio::main]
//! # async fn main() {
//! let subject = Arc::new(Mongo("mongodb://127.0.0.1:27017/?replicaSet=rs0".into()));
//! for case in all() {
//!     println!("{}: {}", case.name(), case.run(&subject).await);
//! }
//! # }
//! ```
//!
//! The other methods of [`Subject`] are hooks for what only you can do to your store; without
//! them, the cases that need them are [`Unsupported`](Outcome::Unsupported). For a test per case
//! there is [`for_each_conformance_case!`](crate::for_each_conformance_case).

mod candidate;
mod case;
mod cases;
mod job;
mod journal;
mod list;
mod outcome;
mod settings;
mod subject;
mod test_queue;
mod worker;

pub use candidate::Candidate;
pub use case::Case;
pub use cases::all;
pub use job::{Handler, Job, Middleware};
pub use outcome::{CaseError, Outcome};
pub use settings::{Settings, Timing};
pub use subject::{Standing, Subject, standing_of, waiting_in};
