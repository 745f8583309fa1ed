//! The job handlers, one a file.
//!
//! Each may run more than once for the same job: it loads (gone or already done is success),
//! decides, acts, and records with a condition that repeats what it found.

mod mint_download_token;
mod send_email;
mod validate_upload;

pub use mint_download_token::mint_download_token;
pub use send_email::send_email;
pub use validate_upload::validate_upload;
