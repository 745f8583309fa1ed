//! The web console: pages for people, over the handlers and services of the API.
//!
//! It has no rights and no logic of its own: a page calls the handlers of [`crate::handlers`] with the caller whom its
//! cookie tells, and shows what they answer. Forms are posted and answered by a redirect, so that every page works
//! without script. Cookies are read here alone.

mod account;
mod assets;
mod cookie;
mod csrf;
mod documents;
mod failure;
mod form;
mod jobs;
mod locale;
mod next;
mod operations;
mod people;
mod routes;
mod session;
mod templates;
mod upload;
mod view;
mod visitor;
mod words;

pub use failure::show_failures;
pub use form::Form;
pub use routes::routes;
pub use view::{View, see_other};
