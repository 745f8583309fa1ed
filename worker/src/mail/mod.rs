//! Mail: what it says, and how it gets there.

mod connections;
mod email;
mod error;
mod mailer;
mod server;
mod settings;

pub use email::Email;
pub use error::MailError;
pub use mailer::{Envelope, Mailer};
pub use settings::MailSettings;
