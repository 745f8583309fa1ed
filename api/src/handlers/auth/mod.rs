//! Accounts and sessions.

mod log_in;
mod log_out;
mod refresh_session;
mod resend_verification;
mod sign_up;
mod verify_email;

pub use log_in::*;
pub use log_out::*;
pub use refresh_session::*;
pub use resend_verification::*;
pub use sign_up::*;
pub use verify_email::*;
