//! The worker's library: document inspection.

pub mod document;
