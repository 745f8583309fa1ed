//! The domain of Dossier, shared by the API and the workers.
//!
//! Every module is a noun of the domain. Nothing here knows of HTTP, of mail transports or of
//! password hashing; everything that touches MongoDB lives in [`store`], every job payload in
//! [`queue`]. What became of a job, an address or a document is told in [`story`].

pub mod audit;
pub mod blob;
pub mod clock;
pub mod config;
pub mod digest;
pub mod download;
pub mod email;
pub mod entropy;
pub mod file;
pub mod file_name;
pub mod group;
pub mod host;
pub mod id;
pub mod invisible;
pub mod invitation;
pub mod link;
pub mod mail_quota;
pub mod network;
pub mod notice;
pub mod operation;
pub mod operations;
pub mod overview;
pub mod pauses;
pub mod person_name;
pub mod queue;
pub mod reset;
pub mod retention;
pub mod revalidation;
pub mod session;
pub mod sign_up;
pub mod storage;
pub mod store;
pub mod story;
pub mod telemetry;
pub mod throttle;
pub mod token;
pub mod totp;
pub mod trace;
pub mod upload;
pub mod user;
