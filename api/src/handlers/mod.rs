//! The handlers: one action a file, named after the operation in the API description.

pub mod admin;
pub mod auth;
pub mod download;
pub mod failures;
pub mod files;
pub mod groups;
pub mod health;
pub mod invitations;
pub mod jobs;
pub mod links;
pub mod mails;
pub mod me;
pub mod operations;
pub mod pages;
pub mod queues;
pub mod sessions;
pub mod uploads;
pub mod users;
pub mod workers;
