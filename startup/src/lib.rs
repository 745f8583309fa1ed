//! What every program of Dossier does first, and how its commands print.
//!
//! [`Environment`] reads the variables of a process and collects what is wrong with them;
//! [`DatabaseSettings`] is what all programs read. [`wait_for_primary`] makes sure that the server
//! they name is one that Dossier can work with, and says what to do when it is not. [`print_line!`] prints
//! a line. Nothing here knows what is stored in the database.

mod database;
mod diagnosis;
mod environment;
mod error;
mod hello;
mod output;
mod primary;

pub use database::{DatabaseSettings, database_name};
pub use diagnosis::diagnose;
pub use environment::{ConfigError, Environment};
pub use error::ServerError;
pub use hello::ensure_replicated;
pub use output::write_line;
pub use primary::wait_for_primary;
