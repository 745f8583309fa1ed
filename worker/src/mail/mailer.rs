//! Sending mails.

use std::sync::{Arc, Mutex, PoisonError};

use dossier_common::email::EmailAddress;
use dossier_common::telemetry::explain;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp;
use lettre::{Address, Message};
use mongodb::bson::DateTime;

use super::connections::{Connections, SendError};
use super::letter::Letter;
use super::settings::MailSettings;
use crate::failure::JobFailure;

/// To whom a letter goes, and for which job.
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
        }
    }

    /// Mails are kept, for tests.
    pub fn capture(from: Mailbox) -> Self {
        Self {
            transport: Transport::Capture(Arc::default()),
            from,
        }
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

    /// Sends `letter`.
    ///
    /// # Errors
    ///
    /// [`JobFailure::Permanent`] when the server refuses it for good (5xx) or it cannot be
    /// written at all; [`JobFailure::Retry`] when the server is unreachable, does not answer in
    /// time, or refuses it for now. No text has the address in it.
    pub async fn send(&self, letter: &Letter, envelope: &Envelope<'_>) -> Result<(), JobFailure> {
        let message = self.compose(letter, envelope)?;
        match &self.transport {
            Transport::Smtp(connections) => {
                let sent = connections
                    .send(message.envelope(), &message.formatted())
                    .await;
                sent.map_err(|error| failure(&error, envelope.to))
            }
            Transport::Capture(messages) => {
                let mut messages = messages.lock().unwrap_or_else(PoisonError::into_inner);
                messages.push(message);
                Ok(())
            }
        }
    }

    fn compose(&self, letter: &Letter, envelope: &Envelope<'_>) -> Result<Message, JobFailure> {
        let address: Address = envelope
            .to
            .as_str()
            .parse()
            .map_err(JobFailure::permanent)?;
        let rendered = letter.render().map_err(JobFailure::permanent)?;
        let message_id = format!("<{}@{}>", envelope.job_id, self.from.email.domain());
        let mut message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(envelope.name.map(str::to_owned), address))
            .subject(rendered.subject)
            .message_id(Some(message_id))
            .date(envelope.date.to_system_time())
            .multipart(MultiPart::alternative_plain_html(
                rendered.text,
                rendered.html,
            ))
            .map_err(JobFailure::permanent)?;
        // RFC 3834 §5: nobody's vacation notice shall answer.
        message.headers_mut().insert_raw(HeaderValue::new(
            HeaderName::new_from_ascii_str("Auto-Submitted"),
            "auto-generated".to_owned(),
        ));
        Ok(message)
    }
}

/// Replies of the 5xx class that are about us or the server and not about the mail: the server
/// takes no mail (521, RFC 7504), or our credentials are not good (530, 534, 535, 538, RFC 4954).
const OUR_TROUBLE: [u16; 5] = [521, 530, 534, 535, 538];

/// Only a reply of the 5xx class to the mail itself is final (RFC 5321 §4.2.1); everything else
/// may pass. Servers like to repeat the address, which does not belong into logs.
fn failure(error: &SendError, to: &EmailAddress) -> JobFailure {
    let text = to.mask_in(&explain(error));
    match error {
        SendError::Refused(error) if refuses_the_mail(error) => JobFailure::permanent(text),
        _ => JobFailure::retry(text),
    }
}

fn refuses_the_mail(error: &smtp::Error) -> bool {
    let about_us = error
        .status()
        .is_some_and(|code| OUR_TROUBLE.contains(&code.into()));
    error.is_permanent() && !about_us
}
