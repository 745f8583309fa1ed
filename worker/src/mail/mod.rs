//! Mail: what it says, and how it gets there.

mod connections;
mod deadline;
mod documents;
mod duplicates;
mod email;
mod encrypted_stream;
mod error;
mod hand_over;
mod lent_stream;
mod limited_stream;
mod mailer;
mod rate;
mod readable_stream;
mod rendered;
mod said;
mod send_error;
mod sender;
mod server;
mod server_address;
mod settings;
mod step;
mod transaction;

pub use documents::{AvailableDocument, DocumentsAvailable};
pub use duplicates::Duplicates;
pub use email::Email;
pub use error::MailError;
pub use mailer::{Envelope, Mailer};
pub use rate::MailRate;
pub use settings::MailSettings;
