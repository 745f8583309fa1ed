//! The web console: pages for people, over the handlers and services of the API.
//!
//! It has no rights and no logic of its own: a page calls the handlers of [`crate::handlers`] with the caller whom its
//! cookie tells, and shows what they answer. Forms are posted and answered by a redirect, so that every page works
//! without script. Cookies are read here alone.

pub mod account;
mod asked;
pub mod assets;
mod cookie;
mod csrf;
pub mod documents;
mod failure;
pub mod form;
pub mod jobs;
mod locale;
mod next;
pub mod operations;
pub mod people;
mod routes;
pub mod session;
pub mod templates;
pub mod upload;
pub mod view;
mod visitor;
pub mod words;

pub use failure::{show_failures, show_nothing};
pub use form::Form;
pub use routes::routes;
pub use view::{View, see_other};
