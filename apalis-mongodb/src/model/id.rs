//! Ids as text. A job's id is a string; a document that another program wrote may have any other
//! type of id, and is shown and found by its canonical extended JSON.

use mongodb::bson::{Bson, Document};
use serde_json::Value;

/// A job's id is no longer: claims, heartbeats and acknowledgements name many jobs in one command.
pub(crate) const MAX_BYTES: usize = 1024;

/// How much of a longer id is told in logs and errors.
const TOLD_CHARS: usize = 100;

/// An id as it is told in logs and errors.
pub(crate) fn told(id: &Bson) -> String {
    let shown = shown(id);
    match shown.char_indices().nth(TOLD_CHARS) {
        Some((end, _)) if shown.len() > MAX_BYTES => format!("{}…", &shown[..end]),
        _ => shown,
    }
}

/// How an id is shown: a string as it is, anything else as canonical extended JSON.
pub(crate) fn shown(id: &Bson) -> String {
    match id {
        Bson::String(id) => id.clone(),
        other => json(other),
    }
}

/// The ids that `text` may stand for. A string that reads like extended JSON stands for both.
pub(crate) fn candidates(text: &str) -> Vec<Bson> {
    let mut candidates = vec![Bson::String(text.to_owned())];
    candidates.extend(parsed(text));
    candidates
}

/// [`candidates`] of each of `texts`.
pub(crate) fn all_candidates<T: AsRef<str>>(texts: &[T]) -> Vec<Bson> {
    texts
        .iter()
        .flat_map(|text| candidates(text.as_ref()))
        .collect()
}

/// An id as the cursor of a list: as [`shown`], except that a string which would be read as
/// something else, or is empty, is quoted.
pub(crate) fn cursor(id: &Bson) -> String {
    match id {
        Bson::String(text) if text.is_empty() || parsed(text).is_some() => json(id),
        other => shown(other),
    }
}

/// The id that [`cursor`] wrote.
pub(crate) fn of_cursor(cursor: &str) -> Bson {
    parsed(cursor).unwrap_or_else(|| Bson::String(cursor.to_owned()))
}

/// What extended JSON, or a quoted string, stands for. Bare numbers are strings: canonical extended
/// JSON has none.
fn parsed(text: &str) -> Option<Bson> {
    if !text.starts_with(['{', '"', 'n', 't', 'f']) {
        return None;
    }
    serde_json::from_str(text).ok()
}

/// Canonical extended JSON, with the fields in their order: an id's fields have one.
fn json(value: &Bson) -> String {
    let wrapped = |key: &str, text: String| format!("{{\"{key}\":{}}}", quoted(&text));
    match value {
        Bson::Document(document) => fields(document),
        Bson::Array(values) => {
            let values: Vec<String> = values.iter().map(json).collect();
            format!("[{}]", values.join(","))
        }
        Bson::String(text) => quoted(text),
        Bson::Boolean(value) => value.to_string(),
        Bson::Null => "null".to_owned(),
        Bson::Int32(n) => wrapped("$numberInt", n.to_string()),
        Bson::Int64(n) => wrapped("$numberLong", n.to_string()),
        Bson::Double(n) => wrapped("$numberDouble", double(*n)),
        Bson::Decimal128(n) => wrapped("$numberDecimal", n.to_string()),
        Bson::ObjectId(id) => wrapped("$oid", id.to_hex()),
        Bson::DateTime(at) => {
            let millis = wrapped("$numberLong", at.timestamp_millis().to_string());
            format!("{{\"$date\":{millis}}}")
        }
        Bson::MinKey => "{\"$minKey\":1}".to_owned(),
        Bson::MaxKey => "{\"$maxKey\":1}".to_owned(),
        Bson::Undefined => "{\"$undefined\":true}".to_owned(),
        Bson::Symbol(text) => wrapped("$symbol", text.clone()),
        Bson::JavaScriptCode(code) => wrapped("$code", code.clone()),
        Bson::Binary(binary) => {
            let (bytes, subtype) = (base64(&binary.bytes), u8::from(binary.subtype));
            let bytes = quoted(&bytes);
            format!("{{\"$binary\":{{\"base64\":{bytes},\"subType\":\"{subtype:02x}\"}}}}")
        }
        // Timestamps and regular expressions: as the driver writes them, which is canonical.
        other => serde_json::to_string(other).unwrap_or_else(|_| other.to_string()),
    }
}

fn fields(document: &Document) -> String {
    let fields: Vec<String> = document
        .iter()
        .map(|(key, value)| format!("{}:{}", quoted(key), json(value)))
        .collect();
    format!("{{{}}}", fields.join(","))
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let byte = |at: usize| u32::from(three.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for digit in 0..4 {
            if digit <= three.len() {
                let value = (bits >> (18 - 6 * digit)) & 63;
                text.push(char::from(DIGITS[value as usize]));
            } else {
                text.push('=');
            }
        }
    }
    text
}

/// A double's text never looks like a whole number's.
fn double(n: f64) -> String {
    if n.is_nan() {
        "NaN".to_owned()
    } else if n.is_infinite() {
        let sign = if n < 0.0 { "-" } else { "" };
        format!("{sign}Infinity")
    } else {
        format!("{n:?}")
    }
}

#[cfg(test)]
mod tests {
    use mongodb::bson::oid::ObjectId;
    use mongodb::bson::spec::BinarySubtype;
    use mongodb::bson::{Binary, DateTime, Timestamp, doc};

    use super::*;

    fn of_every_type() -> Vec<Bson> {
        let binary = |subtype, bytes: &[u8]| {
            Bson::Binary(Binary {
                subtype,
                bytes: bytes.to_vec(),
            })
        };
        vec![
            binary(BinarySubtype::Uuid, &[7; 16]),
            binary(BinarySubtype::Generic, b""),
            binary(BinarySubtype::Generic, b"\xff\xfe\xfd\0"),
            binary(BinarySubtype::UserDefined(0x80), b"two"),
            5.into(),
            (-5_i64).into(),
            1.0.into(),
            (-1e300).into(),
            f64::INFINITY.into(),
            f64::NEG_INFINITY.into(),
            true.into(),
            Bson::Null,
            Bson::MinKey,
            Bson::MaxKey,
            ObjectId::from_bytes([9; 12]).into(),
            DateTime::from_millis(-1).into(),
            DateTime::MAX.into(),
            Timestamp {
                time: 3,
                increment: 4,
            }
            .into(),
            doc! { "z": 1, "a": { "at": DateTime::from_millis(5) }, "m": [1.5, "text"] }.into(),
            doc! {}.into(),
            "text".into(),
            "".into(),
            "{".into(),
            "null and void".into(),
        ]
    }

    #[test]
    fn an_id_of_any_type_is_found_by_what_is_shown_of_it() {
        for id in of_every_type() {
            let text = shown(&id);
            assert!(candidates(&text).contains(&id), "{id:?}: {text}");
        }
        let nan = candidates(&shown(&f64::NAN.into()));
        assert!(matches!(nan[1], Bson::Double(n) if n.is_nan()), "{nan:?}");
    }

    #[test]
    fn a_cursor_stands_for_one_id_whatever_it_looks_like() {
        let mut ids = of_every_type();
        ids.extend(
            [
                "null",
                "true",
                "{}",
                "{\"$oid\":\"090909090909090909090909\"}",
            ]
            .map(Bson::from),
        );
        ids.extend(["\"quoted\"", "\"", "5"].map(Bson::from));
        for id in ids {
            assert!(!cursor(&id).is_empty());
            assert_eq!(of_cursor(&cursor(&id)), id);
        }
    }

    #[test]
    fn extended_json_is_canonical() {
        let id = doc! { "b": 5, "a": 5.0 };
        assert_eq!(
            shown(&id.into()),
            r#"{"b":{"$numberInt":"5"},"a":{"$numberDouble":"5.0"}}"#
        );
    }
}
