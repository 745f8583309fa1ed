//! Reading a JSON object, and saying in JSON's own terms what is wrong with it.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::error::Category;

use super::shown;
use crate::problem::{Code, Problem};

/// Reads `T` from an object. A derived `Deserialize` by itself takes an array of its fields as well.
pub(super) fn parse_object<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let Object(value) = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        explain(&path, error.inner())
    })?;
    deserializer.end().map_err(|error| explain(".", &error))?;
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

fn explain(path: &str, error: &serde_json::Error) -> Problem {
    if error.classify() != Category::Data {
        let detail = format!(
            "It breaks at line {}, column {}.",
            error.line(),
            error.column()
        );
        return Problem::new(Code::InvalidJson, detail);
    }
    let text = error.to_string();
    let text = text.rsplit_once(" at line ").map_or(&*text, |it| it.0);
    let (field, rule) = broken_rule(path, text);
    Problem::invalid_field(field, rule)
}

/// The field and its rule, from the sentences of serde: `missing field `x``, `duplicate field `x``,
/// `unknown field `x`, expected `y` or `z``, `invalid type: map, expected a string`.
fn broken_rule(path: &str, text: &str) -> (String, String) {
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
        return (
            shown(name),
            format!("is no field of this body, which takes {known}"),
        );
    }
    let expected = text.rsplit_once("expected ").map_or("", |it| it.1);
    (whole.to_owned(), format!("must be {}", json_type(expected)))
}

/// What JSON calls the type that serde `expected`.
fn json_type(expected: &str) -> &str {
    match expected {
        "a string" | "a JSON object" | "a boolean" => expected,
        "i8" | "i16" | "i32" | "i64" | "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number",
        "f32" | "f64" => "a number",
        "a sequence" => "an array",
        _ if expected.starts_with("struct ") || expected == "a map" => "a JSON object",
        _ => "of another type",
    }
}
