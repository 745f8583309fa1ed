//! What tests are given and do not care about.

use mongodb::bson::DateTime;

/// When tests with a clock of their own begin: far enough ahead that the server's clock expires nothing.
pub const START: DateTime = DateTime::from_millis(4_102_444_800_000);

/// A key of encrypted tokens, for tests alone.
pub const FERNET_KEY: &str = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=";
