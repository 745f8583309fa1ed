//! The content stage: every part once, in physical order, in constant memory.

mod executable;
mod fields;
mod markup;
mod part;
mod pass;
mod treatment;

pub(super) use pass::inspect;
