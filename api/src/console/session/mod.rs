//! Signing in, up and out.

mod home;
mod language;
mod sign_in;
mod sign_out;
mod sign_up;

pub(super) use home::show_home;
pub(super) use language::set_language;
pub(super) use sign_in::{show_sign_in, sign_in};
pub(super) use sign_out::{show_signed_out, sign_out};
pub(super) use sign_up::{show_sign_up, sign_up};
