//! The content stage: every part once, in physical order, in constant memory.

mod branches;
mod chunk;
mod connection;
mod executable;
mod fields;
mod formula;
mod mail_page;
mod markup;
mod page;
mod part;
mod pass;
mod rich_object;
mod rich_text;
mod treatment;

pub(super) use pass::inspect;
