//! What the domain promises, one file a promise.

mod audit;
mod blob_stores;
mod blobs;
mod downloads;
mod environment;
mod fernet;
mod file_stream;
mod harness;
mod idempotency;
mod mails;
mod monitoring;
mod notices;
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
mod uploads;
mod validators;
