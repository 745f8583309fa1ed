//! Reading a JSON object, and saying in JSON's own terms what is wrong with it.

use std::collections::BTreeSet;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::error::Category;
use serde_json::{Map, Value};

use super::shown;
use crate::problem::{Code, FieldError, Problem};

/// Reads `T` from an object. A derived `Deserialize` by itself takes an array of its fields as well.
pub(super) fn parse_object<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let Object(value) = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        explain::<T>(body, &path, error.inner())
    })?;
    let end = deserializer.end();
    end.map_err(|error| explain::<T>(body, ".", &error))?;
    Ok(value)
}

struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Fields<T> {
            type Value = T;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map))
            }
        }

        deserializer.deserialize_map(Fields(PhantomData)).map(Self)
    }
}

/// How many fields are told.
const MOST_ERRORS: usize = 10;

fn explain<T: DeserializeOwned>(body: &[u8], path: &str, error: &serde_json::Error) -> Problem {
    if error.classify() != Category::Data {
        let detail = format!(
            "It breaks at line {}, column {}.",
            error.line(),
            error.column()
        );
        return Problem::new(Code::InvalidJson, detail);
    }
    let text = error.to_string();
    // A map keeps the last field of a name, so that the next reading would not find it twice.
    let all = match serde_json::from_slice(body) {
        Ok(fields) if !text.starts_with("duplicate field `") => broken_rules::<T>(fields),
        _ => Vec::new(),
    };
    if all.is_empty() {
        let (field, rule) = broken_rule(path, &text);
        return Problem::invalid_field(shown(&field), rule);
    }
    Problem::invalid_fields(all)
}

/// Every field that breaks its rule. Reading ends at the first one: it becomes an empty string, which
/// fits most, or is taken out, and the rest is read again.
fn broken_rules<T: DeserializeOwned>(mut fields: Map<String, Value>) -> Vec<FieldError> {
    let mut told = BTreeSet::new();
    let mut errors = Vec::new();
    while errors.len() < MOST_ERRORS {
        let read: Result<Object<T>, _> = serde_path_to_error::deserialize(&fields);
        let Err(error) = read else {
            break;
        };
        let (field, rule) = broken_rule(&error.path().to_string(), &error.inner().to_string());
        if told.insert(field.clone()) {
            errors.push(FieldError::new(shown(&field), rule));
            fields.insert(field, Value::from(""));
        } else if fields.remove(&field).is_none() {
            break;
        }
    }
    errors
}

/// The field, as it is in the body, and its rule, from the sentences of serde: `missing field `x``,
/// `duplicate field `x``, `unknown field `x`, expected `y` or `z``, `invalid type: map, expected a
/// string`.
fn broken_rule(path: &str, text: &str) -> (String, String) {
    let text = text.rsplit_once(" at line ").map_or(text, |it| it.0);
    let quoted = |start| text.strip_prefix(start)?.strip_suffix('`');
    if let Some(name) = quoted("missing field `") {
        return (name.to_owned(), "is required".to_owned());
    }
    let whole = if path == "." { "body" } else { path };
    if let Some(name) = quoted("duplicate field `") {
        let rule = format!("must have `{}` only once", shown(name));
        return (whole.to_owned(), rule);
    }
    let unknown = text.strip_prefix("unknown field `");
    if let Some((name, known)) = unknown.and_then(|it| it.rsplit_once("`, expected ")) {
        let known = known.trim_start_matches("one of ");
        let rule = format!("is no field of this body, which takes {known}");
        return (name.to_owned(), rule);
    }
    let expected = text.rsplit_once("expected ").map_or("", |it| it.1);
    (whole.to_owned(), format!("must be {}", json_type(expected)))
}

/// What JSON calls the type that serde `expected`.
fn json_type(expected: &str) -> &str {
    match expected {
        "a string" | "a JSON object" | "a boolean" | "a whole number" => expected,
        "i8" | "i16" | "i32" | "i64" | "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number",
        "f32" | "f64" => "a number",
        "a sequence" => "an array",
        _ if expected.starts_with("struct ") || expected == "a map" => "a JSON object",
        _ => "of another type",
    }
}
