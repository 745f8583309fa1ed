//! Passwords: which are accepted, and how they are kept.

mod hasher;
mod policy;

pub use hasher::{PasswordHasher, Verdict};
pub use policy::{MIN_CHARS, Password, check_length, check_new_password};
