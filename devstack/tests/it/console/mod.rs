//! The console in a real browser.

mod accessibility;
mod browser;
mod dead_mail;
mod story;
mod visitor;
