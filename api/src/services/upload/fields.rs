//! The fields of an upload beside its document, and what they say.

use mongodb::bson::DateTime;

use crate::extract::shown;
use crate::problem::Problem;
use crate::services::audience::AudienceRequest;
use crate::services::expiry::expiry;
use crate::state::AppState;

/// The longest field beside the document, in bytes: longer than the longest address and name of a group.
const MAX_FIELD_BYTES: usize = 512;

/// Which fields an upload has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UploadFields {
    /// All of them; whom the document is meant for must be said.
    All,
    /// Those of the FastAPI generation: whatever is uploaded is for everybody.
    ForEveryone,
}

/// What the fields said so far.
#[derive(Debug)]
pub(super) struct Fields {
    fields: UploadFields,
    audience: AudienceRequest,
    expires_at: Option<DateTime>,
    /// When they were sent for the first time.
    now: DateTime,
}

/// What all of them say.
#[derive(Debug)]
pub(in crate::services) struct Said {
    /// Whom the document is meant for, as it is stored.
    pub(in crate::services) recipients: Option<Vec<String>>,
    /// From when on clients do not see it any more.
    pub(in crate::services) expires_at: Option<DateTime>,
}

impl Fields {
    /// Nothing was said yet of what is sent at `now`, or was then for the first time.
    pub(super) fn of(fields: UploadFields, now: DateTime) -> Self {
        Self {
            fields,
            audience: AudienceRequest::default(),
            expires_at: None,
            now,
        }
    }

    /// Whether there is such a field, beside the document.
    ///
    /// # Errors
    ///
    /// [`Problem`] when there is not, with the field that was perhaps meant: one that is ignored may be a misspelt
    /// one, and with it the people the document is meant for.
    pub(super) fn knows(&self, name: &str) -> Result<(), Problem> {
        match (name, self.fields) {
            ("audience" | "expires_at", _) | ("recipients", UploadFields::All) => Ok(()),
            ("recipients", UploadFields::ForEveryone) => {
                let rule =
                    "is no field here, where every document is for everybody: use POST /v1/files";
                Err(Problem::invalid_field("recipients", rule).closing_connection())
            }
            _ => Err(unknown_field(name)),
        }
    }

    /// Takes a field in that it [knows](Self::knows).
    ///
    /// # Errors
    ///
    /// [`Problem`] when the text breaks the field's rule, or contradicts another field.
    pub(super) fn add(&mut self, name: &str, text: &[u8]) -> Result<(), Problem> {
        self.take(name, text).map_err(Problem::closing_connection)
    }

    fn take(&mut self, name: &str, text: &[u8]) -> Result<(), Problem> {
        if text.len() > MAX_FIELD_BYTES {
            let rule = "must be at most 512 bytes long";
            return Err(Problem::invalid_field(shown(name), rule));
        }
        // What is no UTF-8 breaks the rule of every field.
        let text = std::str::from_utf8(text).unwrap_or_default();
        match name {
            "audience" => self.audience.say(text),
            "recipients" => self.audience.add(text),
            _ => match self.expires_at.replace(expiry(text, self.now)?) {
                None => Ok(()),
                Some(_) => Err(Problem::invalid_field("expires_at", "must be there once")),
            },
        }
    }

    /// What all of them say.
    ///
    /// # Errors
    ///
    /// [`Problem`] when they do not say whom the document is meant for.
    pub(super) async fn said(mut self, state: &AppState) -> Result<Said, Problem> {
        if self.fields == UploadFields::ForEveryone && self.audience.is_silent() {
            self.audience.say("everyone")?;
        }
        Ok(Said {
            recipients: self.audience.stored(state).await?,
            expires_at: self.expires_at,
        })
    }
}

fn unknown_field(name: &str) -> Problem {
    let rule = match meant(name) {
        Some(field) => format!("is not a field of this form: did you mean `{field}`?"),
        None => "is not a field of this form, which has `file`, `audience`, `recipients` (once for each) and \
                 `expires_at`"
            .to_owned(),
    };
    Problem::invalid_field(shown(name), rule).closing_connection()
}

/// The field that somebody means who writes `name`.
fn meant(name: &str) -> Option<&'static str> {
    let letters = name.chars().filter(char::is_ascii_alphabetic);
    let letters: String = letters.map(|letter| letter.to_ascii_lowercase()).collect();
    match letters.as_str() {
        "recipient" | "recipients" | "to" | "cc" | "bcc" | "email" | "emails" | "group"
        | "groups" => Some("recipients"),
        "audience" | "audiences" | "public" | "visibility" => Some("audience"),
        "file" | "files" | "document" | "documents" | "upload" => Some("file"),
        "expires" | "expiry" | "expiresat" | "expireat" => Some("expires_at"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_field_is_known_for_the_one_that_was_meant() {
        for name in [
            "recipients[]",
            "recipient",
            "Recipients",
            "to",
            " recipients",
            "recipients[0]",
        ] {
            assert_eq!(meant(name), Some("recipients"), "{name}");
        }
        assert_eq!(meant("File"), Some("file"));
        assert_eq!(meant("expiresAt"), Some("expires_at"));
        assert_eq!(meant("title"), None);
        assert_eq!(meant(""), None);
    }
}
