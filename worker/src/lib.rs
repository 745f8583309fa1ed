//! The workers of Dossier.
//!
//! [`run`] takes jobs from the queues and hands each to its handler in [`jobs`]; [`mail`] and
//! [`document`] are what the handlers work with. [`cli`] is what operators type.

pub mod antivirus;
mod blob_source;
pub mod cli;
pub mod config;
pub mod cooldown;
pub mod document;
pub mod inspection;
pub mod jobs;
mod keys;
pub mod mail;
pub mod revalidation;
pub mod run;
pub mod services;
