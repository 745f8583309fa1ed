//! The wall clock of this process.

use std::time::{SystemTime, UNIX_EPOCH};

/// Milliseconds since 1970. The server runs on the same machine, so that the parent's clock is the
/// server's; a worker's may be an hour off.
#[expect(
    clippy::disallowed_methods,
    reason = "what this process does is compared with what the server writes down"
)]
pub(crate) fn now_millis() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.map_or(0, |now| i64::try_from(now.as_millis()).unwrap_or(i64::MAX))
}
