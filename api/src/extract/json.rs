//! JSON bodies, with every way to get them wrong told apart.

use std::time::Duration;

use axum::body::HttpBody;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use tokio::time::timeout;

use crate::problem::{Code, Problem};
use crate::state::AppState;

/// The longest JSON or form body, in bytes.
pub(super) const MAX_BODY_BYTES: usize = 64 * 1024;

/// How long such a body may take to arrive.
const BODY_LIMIT: Duration = Duration::from_secs(15);

/// A JSON body.
#[derive(Clone, Copy, Debug)]
pub struct Json<T>(pub T);

/// A JSON body, or none.
#[derive(Clone, Copy, Debug)]
pub struct OptionalJson<T>(pub Option<T>);

impl<T: DeserializeOwned> FromRequest<AppState> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &AppState) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(unsupported("application/json"));
        }
        parse(&read_body(request).await?).map(Self)
    }
}

impl<T: DeserializeOwned> FromRequest<AppState> for OptionalJson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &AppState) -> Result<Self, Problem> {
        let declared_json = is_json(request.headers());
        let body = read_body(request).await?;
        match (body.is_empty(), declared_json) {
            (true, _) => Ok(Self(None)),
            (false, true) => parse(&body).map(|value| Self(Some(value))),
            (false, false) => Err(unsupported("application/json")),
        }
    }
}

/// The media type of a body, in lower case and without parameters.
pub(super) fn media_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let essence = value.split(';').next().unwrap_or(value);
    Some(essence.trim().to_ascii_lowercase())
}

fn is_json(headers: &HeaderMap) -> bool {
    media_type(headers).is_some_and(|it| it == "application/json" || it.ends_with("+json"))
}

pub(super) fn unsupported(wanted: &str) -> Problem {
    let detail = format!("Please send the body as {wanted} and say so in Content-Type.");
    Problem::new(Code::UnsupportedMediaType, detail)
}

pub(super) async fn read_body(request: Request) -> Result<Bytes, Problem> {
    // A body that is not looked into is not asked for: there is no 100 Continue before the refusal.
    if request.body().size_hint().lower() > MAX_BODY_BYTES as u64 {
        return Err(too_long());
    }
    let limited = Limited::new(request.into_body(), MAX_BODY_BYTES);
    let Ok(collected) = timeout(BODY_LIMIT, limited.collect()).await else {
        let detail = "The body took too long to arrive. Please send the request again.";
        return Err(Problem::new(Code::RequestTimeout, detail).closing_connection());
    };
    match collected {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(too_long()),
        Err(_) => Err(Problem::new(
            Code::BadRequest,
            "The body broke off. Please send the request again.",
        )),
    }
}

fn too_long() -> Problem {
    let detail = "A request of this kind is at most 64 KiB long.";
    Problem::new(Code::PayloadTooLarge, detail).closing_connection()
}

pub(super) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        explain(&path, error.inner())
    })?;
    deserializer.end().map_err(|error| explain(".", &error))?;
    Ok(value)
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
    // serde words its errors as `missing field `name``, `invalid type: map, expected a string at …`.
    let text = error.to_string();
    let text = text.split(" at line ").next().unwrap_or(&text);
    let missing = text.strip_prefix("missing field `");
    match missing.and_then(|rest| rest.strip_suffix('`')) {
        Some(name) => Problem::invalid_field(name.to_owned(), "is required"),
        None => {
            let field = if path == "." { "body" } else { path };
            let expected = text
                .split_once("expected ")
                .map_or("another type", |it| it.1);
            // Rust's name of the type is nobody's business.
            let expected = match expected.starts_with("struct ") {
                true => "a JSON object",
                false => expected,
            };
            Problem::invalid_field(field.to_owned(), format!("must be {expected}"))
        }
    }
}
