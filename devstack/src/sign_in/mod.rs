//! Signs people in to the console by one click, on a developer's machine alone.
//!
//! The API has no other way in for it: the page knows the passwords of the stack's accounts, signs in with one as a
//! browser would, and hands the cookie to the browser that asked. Cookies are those of a host, whatever its port,
//! so the API's pages get it as well. The page listens on 127.0.0.1, and answers neither other names of it nor
//! other sites.

mod api;
mod guard;
mod page;
mod routes;

pub use page::SignInPage;
