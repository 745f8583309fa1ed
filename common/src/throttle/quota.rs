//! Numbers of requests within a window.

use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);

/// So many requests within a window. Windows are fixed: one ends where the next begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// What it is called, in headers, metrics and counters.
    pub name: &'static str,
    /// How many requests.
    pub limit: u32,
    /// Within what time.
    pub window: Duration,
}

/// Passwords that one network may try, right ones included: those of a large office behind one
/// address on a Monday morning.
pub const LOG_INS_OF_NETWORK: Quota = Quota::new("log-in", 100, MINUTE);

/// Requests of one network for something that is mailed.
pub const MAILS_OF_NETWORK: Quota = Quota::new("mail", 30, HOUR);

/// The same of one site, an IPv6 /48: whoever has one has 65,536 networks.
pub const MAILS_OF_SITE: Quota = Quota::new("site", 120, HOUR);

/// Requests for mails to one mailbox, under however many sub-addresses (`ada+1@`).
pub const MAILS_TO_MAILBOX: Quota = Quota::new("mailbox", 30, HOUR);

/// Requests for mails to one domain, as large as a provider of mailboxes for everybody.
pub const MAILS_TO_DOMAIN: Quota = Quota::new("domain", 1000, HOUR);

/// Requests of everybody for something that is mailed.
pub const MAILS_OF_SERVICE: Quota = Quota::new("service", 5000, HOUR);

impl Quota {
    const fn new(name: &'static str, limit: u32, window: Duration) -> Self {
        Self {
            name,
            limit,
            window,
        }
    }

    /// The same with `percent` of the requests, and at least one.
    #[must_use]
    pub fn scaled(self, percent: u32) -> Self {
        let limit = u64::from(self.limit) * u64::from(percent) / 100;
        Self {
            limit: u32::try_from(limit).unwrap_or(u32::MAX).max(1),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_scales_to_one_request_at_least() {
        let scaled = |percent| LOG_INS_OF_NETWORK.scaled(percent).limit;
        assert_eq!([0, 10, 100, 250].map(scaled), [1, 10, 100, 250]);
        assert_eq!(scaled(u32::MAX), u32::MAX);
    }
}
