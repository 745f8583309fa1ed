//! Configuration of one queue.

mod builder;
mod client_source;
mod collections;
mod process;
mod queue_name;
mod read;
mod retention;
mod validate;
mod wake;

pub use builder::Config;
pub(crate) use client_source::ClientSource;
pub use collections::Collections;
pub(crate) use queue_name::validate as validate_queue_name;
pub use retention::Retention;
pub use wake::Wake;
