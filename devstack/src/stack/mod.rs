//! All of Dossier on this machine: mongod, mail catcher, migrations, api and workers.

mod accounts;
mod apis;
mod error;
mod external;
mod migrate;
mod options;
mod ports;
mod prepared;
mod record;
mod secrets;
mod service;
mod start;
mod state_dir;
mod stop;
mod supervised;
mod workers;

pub use apis::OtherApi;
pub use error::Error;
pub use external::ensure_usable;
pub use options::{Database, StackOptions};
pub use prepared::Prepared;
pub use record::{Login, ProcessRecord, StackRecord};
pub use secrets::Secrets;
pub use state_dir::{Running, StateDir, StateLock};
pub use supervised::Stack;
