//! What a request found of a limit, in the words of draft-ietf-httpapi-ratelimit-headers.

use std::time::Duration;

/// The header that tells the limit (Structured Fields, RFC 9651).
pub const RATE_LIMIT_POLICY: &str = "ratelimit-policy";

/// The header that tells what is left of it.
pub const RATE_LIMIT: &str = "ratelimit";

/// A limit and what is left of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// What it is called: letters and hyphens.
    pub name: &'static str,
    /// How many requests it allows.
    pub limit: u32,
    /// Within what time.
    pub window: Duration,
    /// How many are left.
    pub remaining: u32,
    /// When there is room for more.
    pub resets_in: Duration,
}

impl RateLimit {
    /// The value of `RateLimit-Policy`, such as `"log-in";q=100;w=60`.
    pub fn policy(&self) -> String {
        format!(
            "\"{}\";q={};w={}",
            self.name,
            self.limit,
            seconds(self.window)
        )
    }

    /// The value of `RateLimit`, such as `"log-in";r=0;t=42`.
    pub fn state(&self) -> String {
        format!(
            "\"{}\";r={};t={}",
            self.name,
            self.remaining,
            seconds(self.resets_in)
        )
    }

    /// When a request that was refused may come again: not earlier than `t` says.
    pub fn retry_after(&self) -> Duration {
        Duration::from_secs(seconds(self.resets_in).max(1))
    }
}

/// Whole seconds, and a part of one as one: whoever waits so long does not come too early.
fn seconds(duration: Duration) -> u64 {
    duration.as_secs() + u64::from(duration.subsec_nanos() > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_headers_are_structured_fields_and_nobody_is_told_to_come_too_early() {
        let limit = RateLimit {
            name: "log-in",
            limit: 5,
            window: Duration::from_secs(60),
            remaining: 0,
            resets_in: Duration::from_millis(41_001),
        };
        assert_eq!(limit.policy(), "\"log-in\";q=5;w=60");
        assert_eq!(limit.state(), "\"log-in\";r=0;t=42");
        assert_eq!(limit.retry_after(), Duration::from_secs(42));
        for text in [limit.policy(), limit.state()] {
            let parsed = sfv::Parser::new(&text).parse_list::<sfv::List>();
            assert_eq!(parsed.map(|list| list.len()).ok(), Some(1), "{text}");
        }
    }
}
