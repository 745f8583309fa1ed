//! `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header-07).

use axum::http::HeaderMap;
use dossier_common::digest::Sha256;
use dossier_common::id::UserId;
use dossier_common::store::idempotency::IdempotencyRecord;
use sfv::{BareItem, Item, Parser};

use crate::problem::{Code, Problem};

/// What keys belong to, beside who uses them: the method and path of the request.
const ROUTE: &str = "POST /v1/files";

/// A client's name for a request, so that sending it twice does it once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    const MAX_CHARS: usize = 255;

    /// Reads the `Idempotency-Key` of a request: a string as structured fields have it (RFC 8941 §3.3.3), or the same
    /// without its quotation marks.
    ///
    /// # Errors
    ///
    /// [`Problem`] when it is empty, too long, no plain text, or there twice.
    pub fn read(headers: &HeaderMap) -> Result<Option<Self>, Problem> {
        let mut values = headers.get_all("idempotency-key").iter();
        let Some(value) = values.next() else {
            return Ok(None);
        };
        let is_one = values.next().is_none();
        let key = value.to_str().ok().filter(|_| is_one).and_then(key_of);
        let detail = "Idempotency-Key must be there once, with 1 to 255 plain characters in quotation marks, or without \
                      them.";
        key.map(|key| Some(Self(key)))
            .ok_or_else(|| Problem::new(Code::BadRequest, detail))
    }

    /// Under which id an upload of `user` with this key is remembered.
    pub(super) fn id_for(&self, user: UserId) -> Sha256 {
        IdempotencyRecord::id_of(user, ROUTE, &self.0)
    }
}

fn key_of(text: &str) -> Option<String> {
    let text = text.trim();
    let key = if text.starts_with('"') {
        let item = Parser::new(text).parse_item::<Item>().ok()?;
        match item.bare_item {
            BareItem::String(key) => key.as_str().to_owned(),
            _ => return None,
        }
    } else {
        text.to_owned()
    };
    (1..=IdempotencyKey::MAX_CHARS)
        .contains(&key.len())
        .then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_a_string_of_structured_fields_or_bare() {
        let longest = "x".repeat(255);
        for (text, key) in [
            ("\"a key\"", "a key"),
            ("  \"a\\\"b\\\\c\"  ", "a\"b\\c"),
            ("\"key\";version=2", "key"),
            (
                "8e03978e-40d5-43e8-bc93-6894a57f9324",
                "8e03978e-40d5-43e8-bc93-6894a57f9324",
            ),
            (&*format!("\"{longest}\""), &*longest),
        ] {
            assert_eq!(key_of(text).as_deref(), Some(key), "{text}");
        }
        for text in [
            "",
            "\"\"",
            "\"a",
            "\"a\" b",
            "\"a\", \"b\"",
            "\"a\\b\"",
            &*"x".repeat(256),
        ] {
            assert_eq!(key_of(text), None, "{text}");
        }
    }
}
