//! Sending mails.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use dossier_common::email::EmailAddress;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::{Address, Message};
use mongodb::bson::DateTime;

use super::connections::Connections;
use super::documents::Place;
use super::duplicates::Duplicates;
use super::email::Email;
use super::error::MailError;
use super::hand_over::HandOver;
use super::settings::MailSettings;
use crate::cooldown::Cooldown;

/// To whom an email goes, and for which job.
#[derive(Clone, Copy, Debug)]
pub struct Envelope<'a> {
    /// The address.
    pub to: &'a EmailAddress,
    /// What the person wants to be called.
    pub name: Option<&'a str>,
    /// The job that sends it; the message's id derives from it.
    pub job_id: &'a str,
    /// When it is sent.
    pub date: DateTime,
}

/// The way to people's mailboxes.
#[derive(Clone, Debug)]
pub struct Mailer {
    transport: Transport,
    from: Mailbox,
    documents: Place,
    duplicates: Duplicates,
    probe_every: Duration,
    cooldown: Cooldown,
}

#[derive(Clone, Debug)]
enum Transport {
    Smtp(Connections),
    Capture(Arc<Mutex<Vec<Message>>>),
}

impl Mailer {
    /// Mails go to a mail server.
    pub fn smtp(settings: MailSettings) -> Self {
        Self {
            transport: Transport::Smtp(settings.connections),
            from: settings.from,
            documents: settings.documents,
            duplicates: settings.duplicates,
            probe_every: settings.probe_every,
            cooldown: Cooldown::default(),
        }
    }

    /// Mails are kept, for tests.
    pub fn capture(from: Mailbox) -> Self {
        Self {
            transport: Transport::Capture(Arc::default()),
            from,
            documents: Place::default(),
            duplicates: Duplicates::default(),
            probe_every: Duration::from_secs(1),
            cooldown: Cooldown::default(),
        }
    }

    /// How long it is from one mail to the next while the server takes none.
    pub fn probe_every(&self) -> Duration {
        self.probe_every
    }

    /// How long this process waits from one mail to the next while it alone does not reach the server.
    pub fn cooldown(&self) -> &Cooldown {
        &self.cooldown
    }

    /// What becomes of mails that may have been sent.
    pub fn duplicates(&self) -> Duplicates {
        self.duplicates
    }

    /// The mails that were kept.
    pub fn captured(&self) -> Vec<Message> {
        match &self.transport {
            Transport::Capture(messages) => messages
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone(),
            Transport::Smtp(_) => Vec::new(),
        }
    }

    /// Sends `email`; what the mail server said when it took it.
    ///
    /// # Errors
    ///
    /// [`MailError`]; its text does not have the address in it.
    pub async fn send(&self, email: &Email, envelope: &Envelope<'_>) -> Result<String, MailError> {
        let hand_over = HandOver::begin(email, self.connections());
        let message = match self.compose(email, envelope) {
            Ok(message) => message,
            Err(error) => {
                hand_over.unwritable(&error);
                return Err(error);
            }
        };
        let sent = match &self.transport {
            Transport::Smtp(connections) => {
                let mail = message.formatted();
                connections.send(message.envelope(), &mail).await
            }
            Transport::Capture(messages) => {
                let mut messages = messages.lock().unwrap_or_else(PoisonError::into_inner);
                messages.push(message);
                Ok("250 kept".to_owned())
            }
        };
        match sent {
            Ok(answer) => {
                hand_over.taken(&answer);
                Ok(envelope.to.mask_in(&answer))
            }
            Err(error) => {
                let meaning = MailError::of_server(&error, envelope.to);
                hand_over.failed(&error, &meaning);
                Err(meaning)
            }
        }
    }

    fn connections(&self) -> Option<&Connections> {
        match &self.transport {
            Transport::Smtp(connections) => Some(connections),
            Transport::Capture(_) => None,
        }
    }

    fn compose(&self, email: &Email, envelope: &Envelope<'_>) -> Result<Message, MailError> {
        let address = envelope.to.as_str().parse();
        let address: Address = address.map_err(MailError::unwritable)?;
        let rendered = email
            .render(self.documents)
            .map_err(MailError::unwritable)?;
        let message_id = format!("<{}@{}>", envelope.job_id, self.from.email.domain());
        let mut message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(envelope.name.map(str::to_owned), address))
            .subject(rendered.subject)
            .message_id(Some(message_id))
            .date(envelope.date.to_system_time())
            .multipart(
                MultiPart::alternative()
                    .singlepart(part(ContentType::TEXT_PLAIN, rendered.text))
                    .singlepart(part(ContentType::TEXT_HTML, rendered.html)),
            )
            .map_err(MailError::unwritable)?;
        // RFC 3834 §5: nobody's vacation notice shall answer.
        insert(&mut message, "Auto-Submitted", "auto-generated");
        if let Some(url) = email.unsubscribe_url() {
            // RFC 2369 §3.2, and RFC 8058 §3.1: a program can do so with one request.
            insert(&mut message, "List-Unsubscribe", &format!("<{url}>"));
            let one_click = "List-Unsubscribe=One-Click";
            insert(&mut message, "List-Unsubscribe-Post", one_click);
        }
        Ok(message)
    }
}

/// Adds a header in plain ASCII.
fn insert(message: &mut Message, name: &'static str, value: &str) {
    let name = HeaderName::new_from_ascii_str(name);
    let value = HeaderValue::new(name, value.to_owned());
    message.headers_mut().insert_raw(value);
}

/// Base64 keeps long links whole: quoted-printable breaks them over several lines, and programs that
/// read mails badly then find a part of the link.
fn part(content_type: ContentType, text: String) -> SinglePart {
    SinglePart::builder()
        .header(content_type)
        .header(ContentTransferEncoding::Base64)
        .body(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_line_is_short_ascii_and_no_link_is_broken_by_its_encoding() {
        let from = "Dossier <no-reply@dossier.example.com>".parse();
        let mailer = Mailer::capture(from.unwrap());
        let url = format!(
            "https://dossier.example.com/verify-email/{}",
            "aB3=".repeat(80)
        );
        let envelope = Envelope {
            to: &"ada@example.com".parse().unwrap(),
            name: Some("Ada É"),
            job_id: "job_1",
            date: DateTime::from_millis(0),
        };
        let sent = mailer.send(&Email::Verify { url }, &envelope).await;
        assert!(sent.is_ok());
        let written = mailer.captured().remove(0).formatted();
        let written = String::from_utf8(written).unwrap();
        assert!(written.is_ascii());
        assert!(written.lines().all(|line| line.len() <= 100), "{written}");
        let encoding = "Content-Transfer-Encoding: base64";
        assert_eq!(written.matches(encoding).count(), 2, "{written}");
        assert!(!written.contains("quoted-printable"), "{written}");
    }
}
