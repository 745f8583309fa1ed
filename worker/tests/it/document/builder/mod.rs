//! Packages made in code, genuine or hostile in one precise way.

mod archive;
mod opc;

pub(crate) use archive::{Archive, Descriptor, End, Entry, Header, Wide};
pub(crate) use opc::Opc;
