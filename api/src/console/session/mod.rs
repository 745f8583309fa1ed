//! Signing in, up and out.

mod home;
mod language;
mod sign_in;
mod sign_out;
mod sign_up;

pub use home::show_home;
pub use language::set_language;
pub use sign_in::{show_sign_in, sign_in};
pub use sign_out::{show_signed_out, sign_out};
pub use sign_up::{show_sign_up, sign_up};
