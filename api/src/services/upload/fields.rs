//! The fields of an upload beside its document, and what they say.

use std::mem;

use dossier_common::group::SEPARATORS;
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
    /// Those of the form in the console. Browsers send what is left empty, too, and its recipients are several in one
    /// field. What is wrong is told when all of it has arrived: browsers show no answer that comes before.
    Page,
}

/// What the fields said so far.
#[derive(Debug)]
pub(super) struct Fields {
    fields: UploadFields,
    audience: AudienceRequest,
    expires_at: Option<DateTime>,
    /// When they were sent for the first time.
    now: DateTime,
    /// The first mistake in a form that is read to its end.
    mistake: Option<Problem>,
    /// What was entered in the console's form, for the page that shows it again.
    entered: Entered,
}

/// What was entered in the fields of the console's form, beside the document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entered(Vec<(String, String)>);

impl Entered {
    /// What was entered in each field of this name.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        let fields = self.0.iter().filter(move |(found, _)| found == name);
        fields.map(|(_, text)| text.as_str())
    }
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
            mistake: None,
            entered: Entered::default(),
        }
    }

    /// Whether a document without a name is one that nobody chose: browsers send an empty one then.
    pub(super) fn may_lack_document(&self) -> bool {
        self.fields == UploadFields::Page
    }

    /// Whether there is such a field, beside the document.
    ///
    /// # Errors
    ///
    /// [`Problem`] when there is not, with the field that was perhaps meant: one that is ignored may be a misspelt
    /// one, and with it the people the document is meant for.
    pub(super) fn knows(&self, name: &str) -> Result<(), Problem> {
        match (name, self.fields) {
            ("audience" | "expires_at", _)
            | ("recipients", UploadFields::All | UploadFields::Page)
            | ("csrf", UploadFields::Page) => Ok(()),
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
        if self.fields != UploadFields::Page {
            return self.take(name, text).map_err(Problem::closing_connection);
        }
        if let Err(problem) = self.take_of_page(name, text) {
            self.mistake.get_or_insert(problem);
        }
        Ok(())
    }

    /// Takes a field of the console's form in. Its token is checked elsewhere: it is in the address as well.
    fn take_of_page(&mut self, name: &str, text: &[u8]) -> Result<(), Problem> {
        let text = String::from_utf8_lossy(text);
        if name != "csrf" {
            let entered = &mut self.entered.0;
            entered.push((name.to_owned(), text.clone().into_owned()));
        }
        match name {
            "csrf" => Ok(()),
            "recipients" => recipients_in(&text).try_for_each(|it| self.take(name, it.as_bytes())),
            _ if text.trim().is_empty() => Ok(()),
            "expires_at" => self.take(name, in_utc(text.trim()).as_bytes()),
            _ => self.take(name, text.trim().as_bytes()),
        }
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
    /// [`Problem`] when they do not say whom the document is meant for, or there was a mistake in one.
    pub(super) async fn said(&mut self, state: &AppState) -> Result<Said, Problem> {
        if let Some(problem) = self.mistake.take() {
            return Err(problem);
        }
        if self.fields == UploadFields::ForEveryone && self.audience.is_silent() {
            self.audience.say("everyone")?;
        }
        Ok(Said {
            recipients: mem::take(&mut self.audience).stored(state).await?,
            expires_at: self.expires_at,
        })
    }

    /// What was entered, if it was the console's form.
    pub(super) fn entered(self) -> Entered {
        self.entered
    }
}

/// The recipients that somebody wrote into one field: one a line, or separated by commas or semicolons.
pub fn recipients_in(text: &str) -> impl Iterator<Item = &str> {
    let parts = text.split(is_separator).map(str::trim);
    parts.filter(|part| !part.is_empty())
}

fn is_separator(c: char) -> bool {
    matches!(c, '\n' | '\r') || SEPARATORS.contains(&c)
}

/// The instant that a field for date and time says, which knows no time zone: in UTC, as the form asks for it.
fn in_utc(text: &str) -> String {
    match text.len() {
        16 => format!("{text}:00Z"),
        19 => format!("{text}Z"),
        _ => text.to_owned(),
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
    fn recipients_are_read_from_lines_and_lists() {
        let text = " ada@example.com\r\nbob@example.com, eve@example.com;\n\n grp_1 ";
        let recipients: Vec<&str> = recipients_in(text).collect();
        let all = [
            "ada@example.com",
            "bob@example.com",
            "eve@example.com",
            "grp_1",
        ];
        assert_eq!(recipients, all);
        assert_eq!(recipients_in(" \r\n,; ").count(), 0);
    }

    #[test]
    fn a_date_and_time_of_a_form_is_in_utc() {
        assert_eq!(in_utc("2030-01-31T12:00"), "2030-01-31T12:00:00Z");
        assert_eq!(in_utc("2030-01-31T12:00:30"), "2030-01-31T12:00:30Z");
        assert_eq!(in_utc("2030-01-31T12:00:00Z"), "2030-01-31T12:00:00Z");
    }

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
