//! The jobs of Dossier and the queues they go through.
//!
//! The only door to `apalis-mongodb`: the API pushes through [`Queues`] inside its transactions,
//! the worker builds its apalis workers over the same storages. Queue names and payloads are
//! frozen: a job enqueued by one version must be understood by the next.

mod payloads;
mod queues;
mod settings;

pub use apalis_mongodb as backend;
pub use apalis_mongodb::JobState;
pub use payloads::{MintDownloadToken, SendEmail, ValidateUpload};
pub use queues::{QueueName, Queues};
pub use settings::{QueueSettings, TimeLimits};
