//! What the domain promises, one file a promise.

mod audit;
mod blobs;
mod downloads;
mod environment;
mod fernet;
mod harness;
mod mails;
mod monitoring;
mod operations;
mod overview;
mod recent;
mod schema;
mod sessions;
mod sign_ups;
mod storage;
mod store;
mod throttle;
mod tokens;
mod validators;
