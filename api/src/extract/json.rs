//! JSON bodies, with every way to get them wrong told apart.

use std::time::Duration;

use axum::body::HttpBody;
use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use bytes::Bytes;
use headers::{ContentType, HeaderMapExt};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use mime::Mime;
use serde::de::DeserializeOwned;
use tokio::time::timeout;

use super::object::parse_object;
use crate::problem::{Code, Fails, Problem};
use crate::state::AppState;

/// The longest JSON or form body, in bytes.
pub(super) const MAX_BODY_BYTES: usize = 64 * 1024;

/// The longest JSON body that lists up to a thousand addresses, in bytes.
const MAX_LIST_BYTES: usize = 320 * 1024;

/// How long such a body may take to arrive.
const BODY_LIMIT: Duration = Duration::from_secs(15);

/// A JSON object as the body.
#[derive(Clone, Copy, Debug)]
pub struct Json<T>(pub T);

/// A JSON object as the body, in which up to a thousand addresses are listed.
#[derive(Clone, Copy, Debug)]
pub struct ListJson<T>(pub T);

/// A JSON object as the body, or no body.
#[derive(Clone, Copy, Debug)]
pub struct OptionalJson<T>(pub Option<T>);

impl<T: DeserializeOwned> FromRequest<AppState> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &AppState) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(unsupported("application/json"));
        }
        parse_object(&read_body(request).await?).map(Self)
    }
}

impl<T: DeserializeOwned> FromRequest<AppState> for ListJson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &AppState) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(unsupported("application/json"));
        }
        parse_object(&read_up_to(MAX_LIST_BYTES, request).await?).map(Self)
    }
}

impl<T: DeserializeOwned> FromRequest<AppState> for OptionalJson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &AppState) -> Result<Self, Problem> {
        let declared_json = is_json(request.headers());
        let body = read_body(request).await?;
        match (body.is_empty(), declared_json) {
            (true, _) => Ok(Self(None)),
            (false, true) => parse_object(&body).map(|value| Self(Some(value))),
            (false, false) => Err(unsupported("application/json")),
        }
    }
}

impl<T> Fails for Json<T> {
    fn codes() -> Vec<Code> {
        vec![
            Code::InvalidJson,
            Code::RequestTimeout,
            Code::PayloadTooLarge,
            Code::UnsupportedMediaType,
            Code::InvalidFields,
        ]
    }
}

impl<T> Fails for ListJson<T> {
    fn codes() -> Vec<Code> {
        Json::<T>::codes()
    }
}

impl<T> Fails for OptionalJson<T> {
    fn codes() -> Vec<Code> {
        Json::<T>::codes()
    }
}

/// The media type of a body.
pub(crate) fn media_type(headers: &HeaderMap) -> Option<Mime> {
    headers.typed_get::<ContentType>().map(Mime::from)
}

fn is_json(headers: &HeaderMap) -> bool {
    media_type(headers).is_some_and(|it| {
        it.type_() == mime::APPLICATION
            && (it.subtype() == mime::JSON || it.suffix() == Some(mime::JSON))
    })
}

/// The refusal of a body that is not of the media type `wanted`.
pub(crate) fn unsupported(wanted: &str) -> Problem {
    let detail = format!("Please send the body as {wanted} and say so in Content-Type.");
    Problem::new(Code::UnsupportedMediaType, detail)
}

/// The body of a request, up to 64 KiB of it.
pub(crate) async fn read_body(request: Request) -> Result<Bytes, Problem> {
    read_up_to(MAX_BODY_BYTES, request).await
}

async fn read_up_to(most: usize, request: Request) -> Result<Bytes, Problem> {
    // A body that is not looked into is not asked for: there is no 100 Continue before the refusal.
    if request.body().size_hint().lower() > most as u64 {
        return Err(too_long(most));
    }
    let limited = Limited::new(request.into_body(), most);
    let Ok(collected) = timeout(BODY_LIMIT, limited.collect()).await else {
        let detail = "The body took too long to arrive. Please send the request again.";
        return Err(Problem::new(Code::RequestTimeout, detail).closing_connection());
    };
    match collected {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(too_long(most)),
        Err(_) => Err(Problem::new(
            Code::BadRequest,
            "The body broke off. Please send the request again.",
        )),
    }
}

fn too_long(most: usize) -> Problem {
    let detail = format!(
        "A request of this kind is at most {} KiB long.",
        most / 1024
    );
    Problem::new(Code::PayloadTooLarge, detail).closing_connection()
}
