//! Pages for browsers.

mod docs;
mod verify;

pub use docs::*;
pub use verify::*;
