//! The steps of handing a mail over.

use std::fmt;

/// What the mail server is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Connection,
    Encryption,
    Greeting,
    Hello,
    StartTls,
    LogIn,
    Sender,
    Recipient,
    Data,
    /// That it reads the mail. Where this breaks off, it cannot have the mail.
    Content,
    /// That it answers the end of the mail, all of which was written.
    Answer,
}

impl Step {
    /// What a server refuses that answers with an error.
    pub(super) fn refused(self) -> &'static str {
        match self {
            Self::Connection | Self::Greeting => "the connection",
            Self::Encryption => "encryption",
            Self::Hello => "EHLO",
            Self::StartTls => "STARTTLS",
            Self::LogIn => "the log-in",
            Self::Sender => "MAIL",
            Self::Recipient => "RCPT",
            Self::Data => "DATA",
            Self::Content | Self::Answer => "the mail",
        }
    }
}

/// What the server did not do.
impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connection => "did not accept a connection",
            Self::Encryption => "did not begin encryption",
            Self::Greeting => "sent no greeting",
            Self::Hello => "did not answer EHLO",
            Self::StartTls => "did not answer STARTTLS",
            Self::LogIn => "did not answer the log-in",
            Self::Sender => "did not answer MAIL",
            Self::Recipient => "did not answer RCPT",
            Self::Data => "did not answer DATA",
            Self::Content => "did not read the mail to its end",
            Self::Answer => "did not say whether it took the mail",
        })
    }
}
