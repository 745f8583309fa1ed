//! What the domain promises, one file a promise.

mod blobs;
mod environment;
mod fernet;
mod harness;
mod schema;
mod sign_ups;
mod store;
mod tokens;
mod validators;
