//! Accounts and sessions.

mod accept_invitation;
mod confirm_password_reset;
mod confirm_second_factor_reset;
mod log_in;
mod log_out;
mod refresh_session;
mod request_password_reset;
mod resend_verification;
mod sign_up;
mod verify_email;

pub use accept_invitation::*;
pub use confirm_password_reset::*;
pub use confirm_second_factor_reset::*;
pub use log_in::*;
pub use log_out::*;
pub use refresh_session::*;
pub use request_password_reset::*;
pub use resend_verification::*;
pub use sign_up::*;
pub use verify_email::*;
