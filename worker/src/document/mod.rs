//! Looking inside a document: is it a genuine, clean docx, pptx or xlsx?
//!
//! [`inspect()`] answers for one stored file, by its bytes alone: a [`Verdict`] with the [`Kind`] found, or
//! with the [`Reason`] against it, and the [`Facts`] either way. It reads through a [`Source`], needs no
//! database and no clock, holds a bounded amount of memory whatever the file asks for, and never panics.
//!
//! Three stages follow the cheap gate. The *container* stage checks that every program must read the same
//! archive; the *package* stage finds out what the document is; the *content* stage inflates every part
//! once, in physical order, and checks sums, XML and policy. Each stage reports the finding that comes
//! first in [`Reason`]'s order, and the first stage with a finding gives the verdict.

mod archive;
mod cancel;
mod compound;
mod content;
mod error;
mod extension;
mod facts;
mod flag;
mod gate;
mod inspect;
mod kind;
mod limits;
mod package;
mod part_name;
mod policy;
mod reader;
mod reason;
mod source;
mod stages;
mod steps;
mod stop;
mod verdict;
mod watch;
mod window;
mod xml;

pub use cancel::Cancel;
pub use error::InspectError;
pub use extension::check_extension;
pub use facts::Facts;
pub use flag::Flag;
pub use inspect::inspect;
pub use kind::Kind;
pub use limits::Limits;
pub(crate) use part_name::is_unseen;
pub use policy::{Action, Policy};
pub use reason::Reason;
pub use source::Source;
pub use verdict::{Accepted, RULES_VERSION, Rejected, Verdict};
