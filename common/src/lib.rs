//! The domain of Dossier, shared by the API and the workers.
//!
//! Every module is a noun of the domain. Nothing here knows of HTTP, of mail transports or of
//! password hashing; everything that touches MongoDB lives in [`store`], every job payload in
//! [`queue`].

pub mod clock;
pub mod config;
pub mod digest;
pub mod email;
pub mod entropy;
pub mod file;
pub mod file_name;
pub mod id;
pub mod link;
pub mod network;
pub mod queue;
pub mod revalidation;
pub mod session;
pub mod store;
pub mod telemetry;
pub mod token;
pub mod user;
pub mod verification;
