//! What `Upload-Metadata` says of the document (tus 1.0.0, creation).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dossier_common::file_name::FileName;
use mongodb::bson::DateTime;

use crate::extract::shown;
use crate::problem::{Code, FieldError, Problem};
use crate::services::audience::AudienceRequest;
use crate::services::expiry::expiry;

/// Keys that clients send by themselves, and that say nothing that is believed.
const WITHOUT_EFFECT: [&str; 3] = ["filetype", "type", "relativePath"];

/// How long all of it may be, in bytes: longer than a hundred of the longest addresses, and short enough for the
/// clients that get it back as one header.
const MAX_BYTES: usize = 48 * 1024;

/// How many mistakes are told at once.
const MAX_ERRORS: usize = 10;

/// What is said of the document.
#[derive(Clone, Debug)]
pub(super) struct Metadata {
    /// What it is called.
    pub(super) name: FileName,
    /// Whom it is meant for.
    pub(super) audience: AudienceRequest,
    /// From when on clients do not see it any more.
    pub(super) expires_at: Option<DateTime>,
}

#[derive(Debug, Default)]
struct Found {
    filename: Option<String>,
    name: Option<String>,
    audience: Option<String>,
    recipients: Option<String>,
    expires_at: Option<String>,
}

impl Metadata {
    /// Reads the field value, which is `key base64,key base64,…`, of an upload that began at `begun`.
    ///
    /// # Errors
    ///
    /// [`Problem`]: 400 when it is too long or not of that form, 422 when a key is unknown or a value breaks its rule.
    pub(super) fn parse(text: &str, begun: DateTime) -> Result<Self, Problem> {
        if text.len() > MAX_BYTES {
            return Err(too_long());
        }
        let (mut found, mut errors) = (Found::default(), Vec::new());
        for pair in text.split(',').map(str::trim).filter(|it| !it.is_empty()) {
            let (key, encoded) = pair.split_once(' ').unwrap_or((pair, ""));
            let value = STANDARD.decode(encoded.trim());
            let value = value.map_err(|_| malformed())?;
            if let Err(error) = found.put(key, value) {
                errors.push(error);
            }
            if errors.len() == MAX_ERRORS {
                break;
            }
        }
        if !errors.is_empty() {
            return Err(Problem::invalid_fields(errors));
        }
        let audience = found.audience()?;
        let expires_at = found.expires_at.as_deref();
        let expires_at = expires_at.map(|text| expiry(text, begun)).transpose()?;
        let name = found.filename.or(found.name).unwrap_or_default();
        Ok(Self {
            name: FileName::sanitise(&name),
            audience,
            expires_at,
        })
    }
}

impl Found {
    fn put(&mut self, key: &str, value: Vec<u8>) -> Result<(), FieldError> {
        let place = match key {
            "filename" => &mut self.filename,
            "name" => &mut self.name,
            "audience" => &mut self.audience,
            "recipients" => &mut self.recipients,
            "expires_at" => &mut self.expires_at,
            other if WITHOUT_EFFECT.contains(&other) => return Ok(()),
            other => {
                let rule = "is no key of Upload-Metadata: there are `filename`, `audience` or `recipients`, and `expires_at`";
                return Err(FieldError::new(shown(other), rule));
            }
        };
        let text = String::from_utf8(value);
        let text = text.map_err(|_| FieldError::new(shown(key), "must be UTF-8 text"))?;
        match place.replace(text) {
            None => Ok(()),
            Some(_) => Err(FieldError::new(shown(key), "must be there once")),
        }
    }

    /// Whom the document is meant for, which is never left unsaid: recipients are separated by commas.
    fn audience(&self) -> Result<AudienceRequest, Problem> {
        let mut audience = AudienceRequest::default();
        if let Some(word) = &self.audience {
            audience.say(word)?;
        }
        let recipients = self.recipients.iter().flat_map(|text| text.split(','));
        for recipient in recipients {
            audience.add(recipient.trim())?;
        }
        audience.is_complete()?;
        Ok(audience)
    }
}

fn too_long() -> Problem {
    let detail = "Upload-Metadata is at most 49152 bytes long. Please name a group instead of many recipients.";
    Problem::new(Code::BadRequest, detail)
}

fn malformed() -> Problem {
    let detail =
        "Upload-Metadata must be pairs of a key and a value in base64, separated by commas.";
    Problem::new(Code::BadRequest, detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::audience::MAX_RECIPIENTS;

    fn header(pairs: &[(&str, &str)]) -> String {
        let pairs = pairs
            .iter()
            .map(|(key, value)| format!("{key} {}", STANDARD.encode(value)));
        pairs.collect::<Vec<_>>().join(",")
    }

    /// Of an upload that began long ago.
    fn parse(text: &str) -> Result<Metadata, Problem> {
        Metadata::parse(text, DateTime::from_millis(0))
    }

    #[test]
    fn what_clients_send_by_themselves_is_read() {
        let sent = header(&[
            ("relativePath", "null"),
            ("name", "other.docx"),
            ("type", "text/html"),
            ("filetype", "text/html"),
            ("filename", "../report.docx"),
            ("audience", "everyone"),
        ]);
        let metadata = parse(&sent).expect("it is good");
        assert_eq!(metadata.name.as_str(), "report.docx");
        let sent = header(&[(
            "recipients",
            "Ada@example.com, bob@example.com, group:Board",
        )]);
        let metadata = parse(&sent).expect("it is good");
        assert_eq!(metadata.name.as_str(), "document");
        assert_eq!(metadata.expires_at, None);
        let until = [
            ("audience", "everyone"),
            ("expires_at", "1970-01-01T00:00:01Z"),
        ];
        let metadata = parse(&header(&until)).expect("it is good");
        assert_eq!(metadata.expires_at, Some(DateTime::from_millis(1000)));
    }

    #[test]
    fn what_is_misspelt_or_missing_is_refused_by_name() {
        let many = vec!["ada@example.com"; MAX_RECIPIENTS + 1].join(",");
        for (pairs, field) in [
            (vec![], "audience"),
            (vec![("filename", "a.docx")], "audience"),
            (vec![("audience", "everybody")], "audience"),
            (
                vec![("audience", "everyone"), ("recipients", "a@example.com")],
                "audience",
            ),
            (
                vec![("audience", "everyone"), ("audience", "everyone")],
                "audience",
            ),
            (
                vec![("recipient", "a@example.com"), ("audience", "everyone")],
                "recipient",
            ),
            (
                vec![("Recipients", "a@example.com"), ("audience", "everyone")],
                "Recipients",
            ),
            (vec![("recipients", "")], "recipients"),
            (vec![("recipients", "nobody")], "recipients"),
            (vec![("recipients", "a@example.com,")], "recipients"),
            (vec![("recipients", &*many)], "recipients"),
            (
                vec![
                    ("audience", "everyone"),
                    ("expires_at", "1970-01-01T00:00:00Z"),
                ],
                "expires_at",
            ),
            (
                vec![("audience", "everyone"), ("expires_at", "")],
                "expires_at",
            ),
        ] {
            let problem = parse(&header(&pairs)).expect_err(field);
            assert_eq!(problem.code(), Code::InvalidFields);
            assert!(problem.rule_of(field).is_some(), "{pairs:?}: {problem:?}");
        }
        for malformed in ["audience everyone!", "audience a b", "audience ====", "a é"] {
            let problem = parse(malformed).expect_err(malformed);
            assert_eq!(problem.code(), Code::BadRequest, "{malformed}");
        }
        let unknown = parse(&"a,b,".repeat(1000)).expect_err("two keys, often");
        assert_eq!(unknown.code(), Code::InvalidFields);
        assert!(format!("{unknown:?}").len() < 5000, "not all are told");
        let long = format!("relativePath {}", "A".repeat(MAX_BYTES));
        let problem = parse(&long).expect_err("it is too long");
        assert_eq!(problem.code(), Code::BadRequest);
        let binary = format!(
            "filename {},{}",
            STANDARD.encode([0xff]),
            header(&[("audience", "everyone")])
        );
        let problem = parse(&binary).expect_err("it is no text");
        assert!(problem.rule_of("filename").is_some());
    }
}
