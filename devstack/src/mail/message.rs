//! A mail that was taken.

use std::borrow::Cow;

use jiff::Timestamp;
use mail_parser::MessageParser;
use serde::Serialize;

/// One line of a mail's head.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Header {
    /// Its name as written.
    pub name: String,
    /// Its value, unfolded and trimmed, not decoded.
    pub value: String,
}

/// A mail as the inbox shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Message {
    /// Unique while the server runs, growing.
    pub id: String,
    /// The sender of the envelope.
    pub from: String,
    /// The recipients of the envelope, separated by a comma and a space.
    pub to: String,
    /// The decoded subject, empty if there is none.
    pub subject: String,
    /// When it was taken, in RFC 3339 with milliseconds.
    pub received_at: String,
    /// The plain text, if it has one.
    pub text: Option<String>,
    /// The HTML, if it has one.
    pub html: Option<String>,
    /// All lines of its head, in order.
    pub headers: Vec<Header>,
}

/// What the envelope says.
#[derive(Debug, Clone, Default)]
pub(super) struct Envelope {
    pub(super) from: String,
    pub(super) to: Vec<String>,
}

impl Message {
    /// Reads a mail; one that is no mail at all is kept as text.
    pub(super) fn read(id: u64, envelope: &Envelope, raw: &[u8], received_at: Timestamp) -> Self {
        let parsed = MessageParser::default().parse(raw);
        let mut message = Self {
            id: id.to_string(),
            from: envelope.from.clone(),
            to: envelope.to.join(", "),
            subject: String::new(),
            received_at: received_at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
            text: None,
            html: None,
            headers: Vec::new(),
        };
        let Some(parsed) = parsed else {
            message.text = Some(String::from_utf8_lossy(raw).into_owned());
            return message;
        };
        message.subject = parsed.subject().unwrap_or_default().to_owned();
        message.text = parsed.body_text(0).map(Cow::into_owned);
        let html = parsed.html_bodies().find(|part| part.is_text_html());
        message.html = html
            .and_then(|part| part.text_contents())
            .map(str::to_owned);
        message.headers = parsed.headers_raw().map(header).collect();
        message
    }

    /// The value of the first header of that name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self
            .headers
            .iter()
            .find(|header| header.name.eq_ignore_ascii_case(name));
        found.map(|header| header.value.as_str())
    }
}

fn header((name, value): (&str, &str)) -> Header {
    Header {
        name: name.to_owned(),
        value: value.replace("\r\n", "").trim().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIL: &[u8] = b"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nX-Long: one\r\n two\r\n\
        Content-Type: multipart/alternative; boundary=b\r\n\r\n\
        --b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nplain\r\n\
        --b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>rich</p>\r\n--b--\r\n";

    fn read(raw: &[u8]) -> Message {
        let envelope = Envelope {
            from: "a@x".into(),
            to: vec!["b@x".into(), "c@x".into()],
        };
        Message::read(
            7,
            &envelope,
            raw,
            Timestamp::from_millisecond(1_700_000_000_123).expect("a time"),
        )
    }

    #[test]
    fn both_bodies_and_the_decoded_subject_are_read() {
        let message = read(MAIL);
        assert_eq!(message.subject, "Grüße");
        assert_eq!(message.text.as_deref(), Some("plain"));
        assert_eq!(message.html.as_deref(), Some("<p>rich</p>"));
        assert_eq!(message.header("x-long"), Some("one two"));
        assert_eq!(message.to, "b@x, c@x");
        assert_eq!(message.received_at, "2023-11-14T22:13:20.123Z");
    }

    #[test]
    fn a_plain_mail_has_no_html() {
        let message = read(b"Subject: hello\r\n\r\nbody\r\n");
        assert_eq!(message.html, None);
        assert_eq!(message.text.as_deref(), Some("body\r\n"));
    }
}
