//! A mail server for development: it takes every mail, keeps it in memory and shows it in a
//! web inbox. It can be told to refuse, to hold back or to be down, for failure tests, and to encrypt.

mod behaviour;
mod catcher;
mod encryption;
mod mailbox;
mod message;
mod session;
mod smtp;
mod state;
mod stream;
mod web;

pub use behaviour::{Behaviour, InvalidBehaviour, Mode};
pub use catcher::{MailCatcher, MailPorts};
pub use encryption::{Encrypted, LOGIN};
pub use mailbox::Mailbox;
pub use message::{Header, Message};
