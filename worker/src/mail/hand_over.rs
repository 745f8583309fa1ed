//! The span of a mail that is handed over: where, how it was answered, and nothing of whom it is for.

use dossier_common::trace::{Span, SpanKind};

use super::connections::Connections;
use super::email::Email;
use super::error::MailError;
use super::send_error::SendError;

/// A mail on its way to the mail server.
#[derive(Debug)]
pub(super) struct HandOver(Span);

impl HandOver {
    /// `email` is about to be handed over, by `connections` where it is not kept for tests.
    pub(super) fn begin(email: &Email, connections: Option<&Connections>) -> Self {
        let mut span = Span::child(SpanKind::Client, "send mail");
        if span.is_recorded() {
            span.set("network.protocol.name", "smtp");
            span.set("dossier.mail.template", email.template());
            if let Some((host, port)) = connections.map(Connections::server) {
                span.set("server.address", host.to_owned());
                span.set("server.port", i64::from(port));
            }
        }
        Self(span)
    }

    /// The server took it, and said `answer`.
    pub(super) fn taken(mut self, answer: &str) {
        let code = answer.split(' ').next();
        self.set_code(code.and_then(|code| code.parse().ok()));
        self.0.succeed();
    }

    /// The server did not take it, or nobody knows.
    pub(super) fn failed(mut self, error: &SendError, meaning: &MailError) {
        self.set_code(error.code());
        self.0.fail(meaning.kind());
    }

    /// It cannot be written.
    pub(super) fn unwritable(self, error: &MailError) {
        self.0.fail(error.kind());
    }

    fn set_code(&mut self, code: Option<u16>) {
        if let Some(code) = code {
            self.0.set("dossier.smtp.reply_code", i64::from(code));
        }
    }
}
