//! Pages for browsers.

mod answer;
mod ask_reset;
mod docs;
mod failure;
mod invitation;
mod page;
mod reset_password;
mod reset_second_factor;
mod unsubscribe;
mod verify;

pub use ask_reset::*;
pub use docs::*;
pub use failure::*;
pub use invitation::*;
pub use reset_password::*;
pub use reset_second_factor::*;
pub use unsubscribe::*;
pub use verify::*;
