//! How much is allowed: requests of a network, mails to a mailbox, log-ins that fail.
//!
//! Everything here is a number; `store::rate_windows` and `store::log_in_failures` count.

mod delay;
mod quota;

pub use delay::{FAILURES_KEPT_FOR, FREE_FAILURES, MAX_FAILURES, delays};
pub use quota::{
    LOG_INS_OF_NETWORK, MAILS_OF_NETWORK, MAILS_OF_SERVICE, MAILS_OF_SITE, MAILS_TO_DOMAIN,
    MAILS_TO_MAILBOX, Quota,
};
