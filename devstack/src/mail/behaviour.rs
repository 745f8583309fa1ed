//! How the mail server treats those who bring mail.

use mailin::Response;
use serde::{Deserialize, Serialize};

/// What the server does with mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Takes it.
    #[default]
    Ok,
    /// Refuses the recipient.
    Reject,
    /// Accepts no connection and cuts those it has.
    Down,
    /// Reads all of a mail and then keeps the sender waiting for the answer.
    Stall,
}

/// The server's present conduct, as `PUT /api/behaviour` sets it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Behaviour {
    /// What it does.
    pub mode: Mode,
    /// With which code it refuses (550 if not said).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<u16>,
    /// With which words it refuses, the enhanced status code included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The only address the conduct applies to, or all of a domain, as `@example.org`; everybody if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipient: Option<String>,
}

/// A conduct no mail server can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidBehaviour {
    /// The code is not one of failure.
    #[error("code {0} refuses nothing: use one from 400 to 599")]
    NotARefusal(u16),
    /// Closing the port concerns everybody.
    #[error("a server is down for everybody: leave `recipient` out")]
    DownForOne,
    /// A reply is one line here.
    #[error("the text of a refusal is one line without control characters")]
    NotALine,
}

impl Behaviour {
    /// Takes all mail.
    #[must_use]
    pub fn ok() -> Self {
        Self::default()
    }

    /// Refuses every recipient with `code`.
    #[must_use]
    pub fn reject(code: u16) -> Self {
        Self {
            mode: Mode::Reject,
            code: Some(code),
            ..Self::default()
        }
    }

    /// Accepts no connection.
    #[must_use]
    pub fn down() -> Self {
        Self {
            mode: Mode::Down,
            ..Self::default()
        }
    }

    /// Keeps senders waiting for the answer to their mail.
    #[must_use]
    pub fn stall() -> Self {
        Self {
            mode: Mode::Stall,
            ..Self::default()
        }
    }

    /// Refuses with these words.
    #[must_use]
    pub fn saying(self, text: impl Into<String>) -> Self {
        Self {
            text: Some(text.into()),
            ..self
        }
    }

    /// Restricts the conduct to one address, or to a domain, as `@example.org`.
    #[must_use]
    pub fn only_for(self, recipient: impl Into<String>) -> Self {
        Self {
            recipient: Some(recipient.into()),
            ..self
        }
    }

    /// Checks that a server can behave so.
    ///
    /// # Errors
    ///
    /// When the code is not one of failure, the text is no line, or `down` names a recipient.
    pub fn validated(self) -> Result<Self, InvalidBehaviour> {
        match self.code {
            Some(code) if !(400..600).contains(&code) => Err(InvalidBehaviour::NotARefusal(code)),
            _ if self
                .text
                .as_ref()
                .is_some_and(|text| text.contains(char::is_control)) =>
            {
                Err(InvalidBehaviour::NotALine)
            }
            _ if self.mode == Mode::Down && self.recipient.is_some() => {
                Err(InvalidBehaviour::DownForOne)
            }
            _ => Ok(self),
        }
    }

    /// The refusal this address gets, if any.
    pub(super) fn refusal(&self, recipient: &str) -> Option<Response> {
        if self.mode != Mode::Reject || !self.concerns(recipient) {
            return None;
        }
        let code = self.code.unwrap_or(550);
        let text = match (&self.text, code) {
            (Some(text), _) => text.clone(),
            (None, 451) => "4.3.0 Temporary failure, try again later".to_owned(),
            (None, 550) => "5.1.1 No such mailbox here".to_owned(),
            (None, _) => format!("{}.0.0 Refused as told", code / 100),
        };
        Some(Response::custom(code, text))
    }

    /// Whether one of these recipients is kept waiting.
    pub(super) fn stalls(&self, recipients: &[String]) -> bool {
        self.mode == Mode::Stall && recipients.iter().any(|recipient| self.concerns(recipient))
    }

    fn concerns(&self, recipient: &str) -> bool {
        let Some(only) = &self.recipient else {
            return true;
        };
        let (only, recipient) = (only.to_lowercase(), recipient.to_lowercase());
        match only.starts_with('@') {
            true => recipient.ends_with(&only),
            false => recipient == only,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_concerns_the_named_domain_alone() {
        let behaviour = Behaviour::reject(550).only_for("@Example.org");
        assert!(behaviour.refusal("a@example.ORG").is_some());
        for other in ["a@sub.example.org", "a@notexample.org", "a@example.com"] {
            assert!(behaviour.refusal(other).is_none(), "{other}");
        }
    }

    #[test]
    fn a_refusal_concerns_the_named_address_alone() {
        let behaviour = Behaviour::reject(451).only_for("a@example.org");
        assert_eq!(
            behaviour
                .refusal("A@example.org")
                .map(|response| response.code),
            Some(451)
        );
        assert_eq!(behaviour.refusal("b@example.org"), None);
    }

    #[test]
    fn a_code_of_success_is_no_refusal() {
        assert_eq!(
            Behaviour::reject(250).validated(),
            Err(InvalidBehaviour::NotARefusal(250))
        );
    }
}
