//! The handlers: one action a file, named after the operation in the API description.

pub mod admin;
pub mod auth;
pub mod download;
pub mod files;
pub mod health;
pub mod invitations;
pub mod links;
pub mod me;
pub mod pages;
pub mod sessions;
pub mod users;
