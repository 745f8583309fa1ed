//! Mail: what it says, and how it gets there.

mod connections;
mod error;
mod letter;
mod mailer;
mod server;
mod settings;

pub use error::MailError;
pub use letter::Letter;
pub use mailer::{Envelope, Mailer};
pub use settings::MailSettings;
