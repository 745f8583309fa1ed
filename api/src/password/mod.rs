//! Passwords: which are accepted, and how they are kept.

mod argon2id;
mod hasher;
mod policy;
mod slots;

pub use argon2id::hash_alone;
pub use hasher::{HashingPlace, PasswordHasher, Verdict};
pub use policy::{MIN_CHARS, Password, check_length, check_new_password};
